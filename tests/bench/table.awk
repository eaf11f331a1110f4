# table.awk - medians of what was measured, one row a subject, as a Markdown table.
#
#     awk -f table.awk -v columns='METRIC=HEADING=FORMAT;...' -v order=METRIC[-] FILE
#
# FILE has lines "SUBJECT METRIC VALUE" with one value a round; blanks in a SUBJECT are written as "_".  FORMAT
# is printf's; a "+" before it adds half of the distance from the least to the most value, which shows the noise.
# Rows are ordered by the median of a metric, rising, or falling with "-" behind it; without, as they came.

{
	if (!($1 in seen)) {
		seen[$1] = ++rows
		subject[rows] = $1
	}
	if ($3 != "")
		value[$1, $2, ++count[$1, $2]] = $3 + 0
}

# The values of one cell into sorted[], rising; returns how many.
function sort_values(key, metric,    i, j, n, v) {
	n = count[key, metric]
	for (i = 1; i <= n; i++) {
		v = value[key, metric, i]
		for (j = i - 1; j >= 1 && sorted[j] > v; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = v
	}
	return n
}

function median(key, metric,    n) {
	n = sort_values(key, metric)
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function cell(key, metric, format,    text, spread) {
	if (!count[key, metric])
		return "-"
	spread = sub(/^\+/, "", format)
	text = sprintf(format, median(key, metric))
	if (spread && count[key, metric] > 1)
		text = text " ±" sprintf(format, (sorted[count[key, metric]] - sorted[1]) / 2)
	return text
}

# Whether row b belongs before row a.
function is_before(b, a,    metric, falls) {
	metric = order
	falls = sub(/-$/, "", metric)
	if (!count[subject[b], metric] || !count[subject[a], metric])
		return count[subject[b], metric] > count[subject[a], metric]
	return falls ? median(subject[b], metric) > median(subject[a], metric) : \
	    median(subject[b], metric) < median(subject[a], metric)
}

function sort_rows(    i, j, v) {
	for (i = 2; i <= rows; i++)
		for (j = i; j > 1 && is_before(j, j - 1); j--) {
			v = subject[j]
			subject[j] = subject[j - 1]
			subject[j - 1] = v
		}
}

END {
	n = split(columns, column, ";")
	head = "| " (title == "" ? "server" : title) " |"
	rule = "|---|"
	for (c = 1; c <= n; c++) {
		split(column[c], part, "=")
		head = head " " part[2] " |"
		rule = rule "---:|"
	}
	print head
	print rule
	if (order != "")
		sort_rows()
	for (r = 1; r <= rows; r++) {
		name = subject[r]
		gsub(/_/, " ", name)
		line = "| " name " |"
		for (c = 1; c <= n; c++) {
			split(column[c], part, "=")
			line = line " " cell(subject[r], part[1], part[3]) " |"
		}
		print line
	}
}
