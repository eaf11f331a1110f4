/* test_kube_proto.c - kubectl's protobuf is read as the JSON that it could have sent. */
#include <string.h>

#include "base/err.h"
#include "ops/kube_proto.h"
#include "tests/suite.h"

/* Shaped as what `kubectl create service clusterip` sends; only to be cut. */
static const uint8_t service[] =
    "k8s\0"
    "\x0a\x0d" "\x0a\x02" "v1" "\x12\x07" "Service"
    "\x12\x5a"
	"\x0a\x1d"
	    "\x0a\x03" "web" "\x12\x00" "\x1a\x00" "\x22\x00" "\x2a\x00" "\x32\x00" "\x38\x00"
	    "\x42\x00"
	    "\x5a\x04" "\x0a\x00" "\x12\x00"
	"\x12\x35"
	    "\x0a\x1b" "\x0a\x04" "80-1" "\x12\x03" "TCP" "\x18\x50" "\x22\x08"
		"\x08\x00" "\x10\x90\x3f" "\x1a\x00" "\x00" "\x28\x00"
	    "\x22\x09" "ClusterIP"
	    "\x3a\x00" "\x42\x00" "\x52\x00"
    "\x1a\x00\x22\x00";

static json_t *
read_ok(const void *body, size_t len)
{
	char why[KUBE_PROTO_WHY_SIZE] = "";
	json_t *object = NULL;
	int err = kube_proto_read(body, len, &object, why);

	ck_assert_msg(err == 0, "%s", why);
	return object;
}

/* At most two octets of seven bits. */
static size_t
put_varint(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value & 0x7f) | (uint8_t)(value > 0x7f ? 0x80 : 0);
	at[1] = (uint8_t)(value >> 7);
	return value > 0x7f ? 2 : 1;
}

/* One field that holds octets. */
static size_t
put(uint8_t *at, unsigned number, const void *data, size_t len)
{
	size_t head = put_varint(at, number << 3 | 2);

	head += put_varint(at + head, (unsigned)len);
	memcpy(at + head, data, len);
	return head + len;
}

static size_t
put_text(uint8_t *at, unsigned number, const char *text)
{
	return put(at, number, text, strlen(text));
}

static size_t
put_number(uint8_t *at, unsigned number, unsigned value)
{
	size_t head = put_varint(at, number << 3);

	return head + put_varint(at + head, value);
}

/* The envelope around a message. */
static size_t
wrap(uint8_t *out, const char *version, const char *kind, const uint8_t *raw, size_t len)
{
	uint8_t type[100];
	size_t type_len = put_text(type, 1, version);
	size_t at = 4;

	type_len += put_text(type + type_len, 2, kind);
	memcpy(out, "k8s", 4);
	at += put(out + at, 1, type, type_len);
	at += put(out + at, 2, raw, len);
	return at;
}

static json_t *
message(const char *version, const char *kind, const uint8_t *raw, size_t len)
{
	uint8_t out[300];

	return read_ok(out, wrap(out, version, kind, raw, len));
}

static void
is_json(json_t *object, const char *text)
{
	json_t *wanted = json_loads(text, 0, NULL);
	char *found = json_dumps(object, JSON_COMPACT);

	ck_assert_msg(json_equal(object, wanted), "%s, not %s", found, text);
	free(found);
	json_decref(wanted);
	json_decref(object);
}

START_TEST(a_service_has_ports_selector_and_type)
{
	uint8_t target[20], port[60], pair[20], spec[120], meta[30], raw[200];
	size_t len, target_len, port_len, pair_len, spec_len, meta_len;

	target_len = put_number(target, 1, 0);
	target_len += put_number(target + target_len, 2, 8080);
	target_len += put_text(target + target_len, 3, "");
	port_len = put_text(port, 1, "80-8080");
	port_len += put_text(port + port_len, 2, "TCP");
	port_len += put_number(port + port_len, 3, 80);
	port_len += put(port + port_len, 4, target, target_len);
	port_len += put_number(port + port_len, 5, 0);
	pair_len = put_text(pair, 1, "app");
	pair_len += put_text(pair + pair_len, 2, "web");
	spec_len = put(spec, 1, port, port_len);
	spec_len += put(spec + spec_len, 2, pair, pair_len);
	spec_len += put_text(spec + spec_len, 3, "");
	spec_len += put_text(spec + spec_len, 4, "NodePort");
	spec_len += put_number(spec + spec_len, 13, 0);
	meta_len = put_text(meta, 1, "web");
	meta_len += put_text(meta + meta_len, 3, "");
	len = put(raw, 1, meta, meta_len);
	len += put(raw + len, 2, spec, spec_len);
	is_json(message("v1", "Service", raw, len), "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"ports\":["
	    "{\"name\":\"80-8080\",\"protocol\":\"TCP\",\"port\":80,\"targetPort\":8080}],"
	    "\"selector\":{\"app\":\"web\"},\"type\":\"NodePort\"},\"kind\":\"Service\",\"apiVersion\":\"v1\"}");
}
END_TEST

START_TEST(names_have_kubernetes_capitals)
{
	uint8_t spec[200], raw[220];
	size_t len = put_text(spec, 3, "None");

	len += put_text(spec + len, 5, "192.0.2.1");
	len += put_text(spec + len, 10, "example.org");
	len += put_text(spec + len, 18, "None");
	len += put_number(spec + len, 20, 0);
	len = put(raw, 2, spec, len);
	is_json(message("v1", "Service", raw, len), "{\"spec\":{\"clusterIP\":\"None\",\"externalIPs\":"
	    "[\"192.0.2.1\"],\"externalName\":\"example.org\",\"clusterIPs\":[\"None\"],"
	    "\"allocateLoadBalancerNodePorts\":false},\"kind\":\"Service\",\"apiVersion\":\"v1\"}");
}
END_TEST

START_TEST(namespaces_reviews_and_options_are_read)
{
	uint8_t part[60], spec[80], raw[100];
	size_t len = put_text(part, 1, "shop");

	len = put(raw, 1, part, len);
	is_json(message("v1", "Namespace", raw, len),
	    "{\"metadata\":{\"name\":\"shop\"},\"kind\":\"Namespace\",\"apiVersion\":\"v1\"}");
	len = put_text(part, 1, "shop");
	len += put_text(part + len, 2, "get");
	len += put_text(part + len, 5, "services");
	len = put(spec, 1, part, len);
	len = put(raw, 2, spec, len);
	is_json(message("authorization.k8s.io/v1", "SelfSubjectAccessReview", raw, len),
	    "{\"spec\":{\"resourceAttributes\":{\"namespace\":\"shop\",\"verb\":\"get\",\"resource\":\"services\"}},"
	    "\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\"}");
	len = put_text(raw, 5, "All");
	is_json(message("v1", "DeleteOptions", raw, len),
	    "{\"dryRun\":[\"All\"],\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\"}");
}
END_TEST

START_TEST(what_is_broken_or_of_another_kind_is_refused)
{
	uint8_t out[200];
	char why[KUBE_PROTO_WHY_SIZE];
	json_t *object;
	size_t len = wrap(out, "v1", "Pod", (const uint8_t *)"", 0);

	ck_assert_int_eq(kube_proto_read(out, len, &object, why), ERR_INVALID);
	ck_assert_str_eq(why, "the kind Pod is not read as protobuf; send JSON or YAML");
	len = wrap(out, "v1", "Service", (const uint8_t *)"\xff\xff", 2);
	ck_assert_int_eq(kube_proto_read(out, len, &object, why), ERR_SYNTAX);
	ck_assert_int_eq(kube_proto_read((const uint8_t *)"k8s", 3, &object, why), ERR_SYNTAX);
	ck_assert_int_eq(kube_proto_read((const uint8_t *)"", 0, &object, why), ERR_SYNTAX);
	/* Cut anywhere it is no crash. */
	for (size_t cut = 0; cut < sizeof(service); cut++)
		if (kube_proto_read(service, cut, &object, why) == 0)
			json_decref(object);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("kube_proto");
	TCase *tc = tcase_create("kube_proto");

	tcase_add_test(tc, a_service_has_ports_selector_and_type);
	tcase_add_test(tc, names_have_kubernetes_capitals);
	tcase_add_test(tc, namespaces_reviews_and_options_are_read);
	tcase_add_test(tc, what_is_broken_or_of_another_kind_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
