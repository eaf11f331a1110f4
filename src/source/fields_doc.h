/* fields_doc.h - the tables of fields as text for people: zones/README.md.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_FIELDS_DOC_H
#define ROLLCALL_SOURCE_FIELDS_DOC_H
struct strbuf;
struct field_table;

/* Append the whole of zones/README.md. */
void fields_doc_write(struct strbuf *out);

/* Append a heading and a table of one kind's fields, those below them included. */
void fields_doc_table(struct strbuf *out, const struct field_table *table);
#endif
