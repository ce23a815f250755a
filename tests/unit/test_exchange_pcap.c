/* SPDX-License-Identifier: GPL-2.0-only */
/* What the exchange captures, tshark can read: a third reading of Q.931. */
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/exchange_pbx.h"

static void read_command(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");
	size_t n;

	cr_assert_not_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	cr_assert_eq(pclose(f), 0, "%s", command);
}

Test(exchange_pcap, tshark_reads_a_call_and_finds_nothing_malformed)
{
	static const char expected[] =
		"trunk\t1\t0x05\n"  /* SETUP, sent */
		"trunk\t0\t0x02\n"  /* CALL PROCEEDING */
		"trunk\t0\t0x07\n"  /* CONNECT */
		"trunk\t1\t0x0f\n"  /* CONNECT ACKNOWLEDGE */
		"trunk\t1\t0x45\n"  /* DISCONNECT */
		"trunk\t0\t0x4d\n"  /* RELEASE */
		"trunk\t1\t0x5a\n"; /* RELEASE COMPLETE */
	char path[] = "/tmp/exchange-XXXXXX", command[512], out[4096];
	struct xc_pcapng pcap;
	struct pbx *x;

	cr_assert_geq(mkstemp(path), 0);
	cr_assert_eq(xc_pcapng_open(&pcap, path), 0);
	pbx_pcap = &pcap;
	x = pbx_new("spans: [{name: trunk}]\n"
		    "calls:\n"
		    "  - {name: A, at: 2s, from: \"13800138000\",\n"
		    "     callerid_name: Zhang San, to: \"4008001234\",\n"
		    "     patience: 1s}\n");
	x->answer_alone = true;
	cr_expect_eq(pbx_play(x, 20), 0);
	pbx_free(x);
	cr_assert_eq(xc_pcapng_close(&pcap), 0);

	snprintf(command, sizeof(command),
		 "tshark -r %s -Y q931 -T fields -e frame.interface_name "
		 "-e lapd.direction -e q931.message_type 2>/dev/null",
		 path);
	read_command(command, out, sizeof(out));
	cr_expect_str_eq(out, expected);
	snprintf(command, sizeof(command),
		 "tshark -r %s -Y '_ws.malformed || lapd.checksum.status == 0' "
		 "2>/dev/null",
		 path);
	read_command(command, out, sizeof(out));
	cr_expect_str_eq(out, "");
	snprintf(command, sizeof(command),
		 "tshark -r %s -Y 'q931.message_type == 5' -T fields "
		 "-e q931.calling_party_number.digits "
		 "-e q931.called_party_number.digits -e frame.time_epoch "
		 "2>/dev/null",
		 path);
	read_command(command, out, sizeof(out));
	cr_expect_str_eq(out,
			 "13800138000\t4008001234\t1772438402.000000000\n");
	unlink(path);
}
