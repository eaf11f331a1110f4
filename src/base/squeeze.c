/* squeeze.c - what manifests say, as JSON, packed small and read back. */
#include "base/squeeze.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/err.h"

/* Level 1 is half as slow as 3, and 2 % larger (Services of 5 lines, slices of 10). */
#define LEVEL 1
/* Every frame begins with it (RFC 8878, 3.1.1): it need not be kept. */
#define MAGIC_SIZE 4
static const uint8_t magic[MAGIC_SIZE] = { 0x28, 0xb5, 0x2f, 0xfd };

/* What was needed once for one large text is not kept for ever. */
#define KEEP_SIZE ((size_t)256 << 10)

/*
 * The end is nearest, and cheapest to point to: what most objects say stands last.  Raw content, of
 * phrases that follow each other as they do in manifests.
 */
static const char dictionary[] =
    "{\"metadata\":{\"labels\":{\"app.kubernetes.io/component\":\"\",\"app.kubernetes.io/part-of\":"
    "\"\",\"app.kubernetes.io/instance\":\"\",\"app.kubernetes.io/version\":\"1.0\",\"environment\":"
    "\"production\",\"team\":\"\"}},\"annotations\":{\"kubectl.kubernetes.io/last-applied-configurat"
    "ion\":\"{\\\"apiVersion\\\":\\\"v1\\\",\\\"kind\\\":\\\"Service\\\",\\\"metadata\\\":{\\\"anno"
    "tations\\\":{},\\\"labels\\\":{\\\"app\\\":\\\"web\\\"},\\\"name\\\":\\\"web\\\",\\\"namespace"
    "\\\":\\\"default\\\"},\\\"spec\\\":{\\\"ports\\\":[{\\\"name\\\":\\\"http\\\",\\\"port\\\":80"
    ",\\\"protocol\\\":\\\"TCP\\\",\\\"targetPort\\\":8080}],\\\"selector\\\":{\\\"app\\\":\\\"web"
    "\\\"}}}\\n\",\"rollcall/readiness-probe\":\"httpGet:\\n  path: /healthz\\n  port: 8080\\nperio"
    "dSeconds: 10\\ntcpSocket: {port: 5432}\\n\",\"rollcall/address\":\"10.0.0.\",\"rollcall/period-"
    "ms\":\"500\",\"rollcall/timeout-ms\":\"200\",\"rollcall/panic-threshold\":\"50\"}},\"rules\":["
    "{\"host\":\"www.example.com\",\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":\"Prefix\",\"ba"
    "ckend\":{\"service\":{\"name\":\"web\",\"port\":{\"number\":80}}}}]}}],\"ingressClassName\":\"n"
    "ginx\",\"tls\":[{\"hosts\":[\"\"],\"secretName\":\"\"}]"
    ",\"subsets\":[{\"addresses\":[{\"ip\":\"10.0.0.1\",\"nodeName\":\"node-1\",\"targetRef\":{\"ki"
    "nd\":\"Pod\",\"name\":\"\",\"namespace\":\"\"}},{\"ip\":\"192.168.1.1\",\"hostname\":\"\"}],\"n"
    "otReadyAddresses\":[{\"ip\":\"172.16.0.\"}],\"ports\":[{\"name\":\"http\",\"port\":8080,\"proto"
    "col\":\"TCP\"}]}]}"
    ",\"spec\":{\"restartPolicy\":\"Always\",\"dnsPolicy\":\"ClusterFirst\",\"serviceAccountName\":\""
    "default\",\"terminationGracePeriodSeconds\":30,\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}"
    "}],\"initContainers\":[],\"containers\":[{\"name\":\"web\",\"image\":\"registry.example/app:1.0"
    "\",\"imagePullPolicy\":\"IfNotPresent\",\"command\":[\"/bin/sh\",\"-c\"],\"args\":[],\"env\":[{"
    "\"name\":\"\",\"value\":\"\"}],\"resources\":{\"limits\":{\"cpu\":\"100m\",\"memory\":\"128Mi\""
    "},\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}},\"volumeMounts\":[{\"mountPath\":\"/data"
    "\",\"name\":\"data\"}],\"ports\":[{\"name\":\"http\",\"containerPort\":8080,\"protocol\":\"TCP"
    "\"}],\"startupProbe\":{\"exec\":{\"command\":[\"cat\",\"/tmp/healthy\"]},\"failureThreshold\":3"
    "0,\"periodSeconds\":1},\"livenessProbe\":{\"tcpSocket\":{\"port\":8080},\"initialDelaySeconds\""
    ":15,\"periodSeconds\":20},\"readinessProbe\":{\"httpGet\":{\"path\":\"/ready\",\"port\":\"http"
    "\",\"scheme\":\"HTTP\",\"httpHeaders\":[{\"name\":\"Authorization\",\"value\":\"\"}]},\"initial"
    "DelaySeconds\":5,\"periodSeconds\":10,\"timeoutSeconds\":1,\"successThreshold\":1,\"failureThr"
    "eshold\":3}}],\"hostname\":\"\",\"subdomain\":\"\",\"nodeName\":\"node-1\"},\"status\":{\"phase"
    "\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"hostIP\":\"10.0.0.1"
    "\",\"podIP\":\"10.1.0.1\",\"podIPs\":[{\"ip\":\"10.1.0.1\"},{\"ip\":\"2001:db8::1\"}]}}"
    "{\"metadata\":{\"labels\":{\"app.kubernetes.io/name\":\"web\",\"kubernetes.io/service-name\":\""
    "web\",\"endpointslice.kubernetes.io/managed-by\":\"\"}},\"addressType\":\"IPv4\",\"endpoints\":"
    "[{\"addresses\":[\"10.0.0.1\"],\"hostname\":\"web-1\",\"nodeName\":\"node-1\",\"zone\":\"a\",\""
    "targetRef\":{\"kind\":\"Pod\",\"name\":\"web-1\",\"namespace\":\"default\"}},{\"addresses\":[\""
    "10.0.1.2\"],\"conditions\":{\"ready\":true,\"serving\":true,\"terminating\":false}},{\"addresse"
    "s\":[\"10.1.\"],\"conditions\":{\"ready\":false}},{\"addresses\":[\"10.0.\"]},{\"addresses\":["
    "\"192.168.\"]}],\"ports\":[{\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}]}"
    "{\"spec\":{\"type\":\"ExternalName\",\"externalName\":\"db.example.com\"}}{\"spec\":{\"clusterI"
    "P\":\"None\",\"publishNotReadyAddresses\":true,\"type\":\"LoadBalancer\",\"externalTrafficPolic"
    "y\":\"Local\",\"sessionAffinity\":\"ClientIP\",\"ipFamilyPolicy\":\"PreferDualStack\",\"ipFamil"
    "ies\":[\"IPv4\",\"IPv6\"],\"type\":\"NodePort\",\"clusterIP\":\"10.96.0.10\",\"ports\":[{\"name"
    "\":\"https\",\"port\":443,\"protocol\":\"TCP\",\"targetPort\":8443,\"nodePort\":30080},{\"name"
    "\":\"dns\",\"port\":53,\"protocol\":\"UDP\"}]}}"
    "{\"metadata\":{\"labels\":{\"app\":\"web\",\"tier\":\"backend\"}},\"spec\":{\"type\":\"ClusterI"
    "P\",\"ports\":[{\"name\":\"http\",\"port\":80,\"targetPort\":8080,\"protocol\":\"TCP\"}],\"sele"
    "ctor\":{\"app\":\"web\"}}}{\"spec\":{\"selector\":{\"app\":\"\"},\"ports\":[{\"port\":80}]}}";

struct room {
	char *at;
	size_t size;
};

struct squeeze {
	ZSTD_CCtx *packer;              /* made with the first text */
	ZSTD_CDict *packing;
	ZSTD_DCtx *reader;
	ZSTD_DDict *reading;
	struct room out;
	struct room in;                 /* a packed text with its magic number */
};

struct squeeze *
squeeze_new(void)
{
	return calloc(1, sizeof(struct squeeze));
}

void
squeeze_free(struct squeeze *squeeze)
{
	if (squeeze == NULL)
		return;
	ZSTD_freeCCtx(squeeze->packer);
	ZSTD_freeCDict(squeeze->packing);
	ZSTD_freeDCtx(squeeze->reader);
	ZSTD_freeDDict(squeeze->reading);
	free(squeeze->out.at);
	free(squeeze->in.at);
	free(squeeze);
}

/* What was there is lost. */
static int
room_reserve(struct room *room, size_t size)
{
	char *at;

	if (size <= room->size && (room->size <= KEEP_SIZE || size > KEEP_SIZE))
		return 0;
	at = malloc(size);
	if (at == NULL)
		return ERR_NOMEM;
	free(room->at);
	*room = (struct room){ at, size };
	return 0;
}

static int
prepare_packing(struct squeeze *squeeze)
{
	if (squeeze->packer != NULL)
		return 0;
	if (squeeze->packing == NULL)
		squeeze->packing = ZSTD_createCDict(dictionary, sizeof(dictionary) - 1, LEVEL);
	if (squeeze->packing == NULL)
		return ERR_NOMEM;
	squeeze->packer = ZSTD_createCCtx();
	if (squeeze->packer == NULL)
		return ERR_NOMEM;
	if (ZSTD_isError(ZSTD_CCtx_refCDict(squeeze->packer, squeeze->packing)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(squeeze->packer, ZSTD_c_dictIDFlag, 0))) {
		ZSTD_freeCCtx(squeeze->packer);
		squeeze->packer = NULL;
		return ERR_NOMEM;
	}
	return 0;
}

int
squeeze_pack(struct squeeze *squeeze, const char *text, size_t len, const void **packed,
    size_t *packed_len)
{
	size_t bound, made;
	int err;

	if (len > SQUEEZE_MAX)
		return ERR_LIMIT;
	bound = ZSTD_compressBound(len);
	err = prepare_packing(squeeze);
	if (err == 0)
		err = room_reserve(&squeeze->out, bound);
	if (err != 0)
		return err;
	made = ZSTD_compress2(squeeze->packer, squeeze->out.at, bound, text, len);
	/* There is room enough, so nothing else can be wanting than memory. */
	if (ZSTD_isError(made) || made < MAGIC_SIZE)
		return ERR_NOMEM;
	*packed = squeeze->out.at + MAGIC_SIZE;
	*packed_len = made - MAGIC_SIZE;
	return 0;
}

static int
prepare_reading(struct squeeze *squeeze)
{
	if (squeeze->reading == NULL)
		squeeze->reading = ZSTD_createDDict(dictionary, sizeof(dictionary) - 1);
	if (squeeze->reader == NULL)
		squeeze->reader = ZSTD_createDCtx();
	return squeeze->reading != NULL && squeeze->reader != NULL ? 0 : ERR_NOMEM;
}

int
squeeze_unpack(struct squeeze *squeeze, const void *packed, size_t packed_len, const char **text,
    size_t *len)
{
	size_t whole = packed_len + MAGIC_SIZE;
	unsigned long long size;
	size_t made;
	int err = packed_len > SQUEEZE_MAX ? ERR_LIMIT : room_reserve(&squeeze->in, whole);

	if (err == 0)
		err = prepare_reading(squeeze);
	if (err != 0)
		return err;
	memcpy(squeeze->in.at, magic, MAGIC_SIZE);
	memcpy(squeeze->in.at + MAGIC_SIZE, packed, packed_len);
	size = ZSTD_getFrameContentSize(squeeze->in.at, whole);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return ERR_SYNTAX;
	if (size > SQUEEZE_MAX)
		return ERR_LIMIT;
	err = room_reserve(&squeeze->out, (size_t)size + 1);
	if (err != 0)
		return err;
	made = ZSTD_decompress_usingDDict(squeeze->reader, squeeze->out.at, (size_t)size,
	    squeeze->in.at, whole, squeeze->reading);
	if (ZSTD_isError(made))
		return ERR_SYNTAX;
	squeeze->out.at[made] = '\0';
	*text = squeeze->out.at;
	*len = made;
	return 0;
}
