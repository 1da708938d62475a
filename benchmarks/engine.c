/* The load: one epoll loop over many HTTP/1.1 connections, with a chunk decoder and an SSE line parser of its own.
 *
 * An event is a dispatched SSE message (a block with at least one data line; \n, \r\n and \r end a line; comments are
 * no events), never a read(). Parsing costs about 0.15 us an event, so the load is not what is measured.
 *
 * Arguments, each key=value:
 *   mode=stream|requests  host= port=
 *   request=FILE          the raw request; ten letters N in it become a counter, from 1 to `modulo` and from 1 again
 *   connections=          open at once
 *   stream mode:   total= streams in all, ramp= connections a second (0: all at once), seconds= (0: until all ended),
 *                  interval= ms between two events, turns lateness on, lazy= us to nap after a read in mid-stream
 *   requests mode: seconds= and warm= before them; keep-alive, the next request follows its answer
 * Prints one JSON object. Built and run by engine.py; Linux only.
 *
 * Why a lazy reader: a write that wakes a sleeping reader on another core costs the server 3 to 4 us, or nothing when
 * the reader happens to be awake. A reader that naps leaves that luck out of the server's CPU figures.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"

#define TOKEN "NNNNNNNNNN"
#define TOKEN_LENGTH 10
#define MOST_REQUEST 65536
#define MOST_READY 512

static char request[MOST_REQUEST + 1];
static size_t request_length;
static char *token;
static uint64_t counter;
static struct sockaddr_in address;
static int poller;
static Connection *all;

struct option option;
struct seen seen;
static int64_t bytes, reads, streams_good, streams_bad, errors, requests_done, requests_bad;
static Series time_to_first, latency, late_to_best, late_to_first, jitter;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* -- series of figures -------------------------------------------------------------------------------------------- */

void note(Series *series, double value) {
    if (series->count == series->room) {
        series->room = series->room ? series->room * 2 : 32;
        series->items = realloc(series->items, series->room * sizeof(float));
    }
    series->items[series->count++] = (float)value;
}

static int by_size(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

static float share(const Series *series, double part) {
    return series->count ? series->items[(size_t)(part * (series->count - 1) + 0.5)] : -1;
}

static void print_series(const char *name, Series *series) {
    qsort(series->items, series->count, sizeof(float), by_size);
    printf("\"%s\":{\"n\":%zu,\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f},", name, series->count, share(series, .5),
           share(series, .99), share(series, 1));
}

/* -- connections -------------------------------------------------------------------------------------------------- */

static int begin(Connection *c) {
    Series arrivals = c->arrivals;
    memset(c, 0, sizeof *c);
    c->arrivals = arrivals;
    c->arrivals.count = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->started = now();
    if (c->fd < 0 || (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)) {
        errors++;
        if (c->fd >= 0) close(c->fd);
        c->fd = -1;
        return 0;
    }
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &wanted);
    return 1;
}

static int send_request(Connection *c) {
    if (token) {
        char digits[TOKEN_LENGTH + 1];
        snprintf(digits, sizeof digits, "%010u", (unsigned)(counter++ % option.modulo + 1));
        memcpy(token, digits, TOKEN_LENGTH);
    }
    c->stage = HEAD;
    c->head_length = 0;
    return write(c->fd, request, request_length) == (ssize_t)request_length;
}

static int connected(Connection *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error || !send_request(c)) return 0;
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &wanted);
    if (option.requests_mode) c->started = now();
    return 1;
}

/* Event k of a stream is due k intervals after event 0; `best` is the least late event, so that phase does not count. */
static void note_lateness(Connection *c) {
    float *at = c->arrivals.items, best = 1e30f;
    for (size_t k = 0; k < c->arrivals.count; k++)
        if (at[k] - k * option.interval < best) best = at[k] - k * option.interval;
    for (size_t k = 0; k < c->arrivals.count; k++) note(&late_to_best, at[k] - k * option.interval - best);
    for (size_t k = 1; k < c->arrivals.count; k++) {
        float gap = at[k] - at[k - 1] - option.interval;
        note(&late_to_first, at[k] - k * option.interval - at[0]);
        note(&jitter, gap < 0 ? -gap : gap);
    }
}

static void end_stream(Connection *c, int good) {
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    if (good)
        streams_good++;
    else
        streams_bad++;
    if (c->first_at) note(&time_to_first, (c->first_at - c->started) / 1e6);
    if (option.interval > 0 && c->arrivals.count > 1) note_lateness(c);
}

static void again(Connection *c) {
    close(c->fd);
    errors++;
    begin(c);
}

static void request_over(Connection *c, int good, int64_t at, int64_t warm_until) {
    if (good && at >= warm_until) {
        requests_done++;
        requests_bad += c->status / 100 != 2;
        note(&latency, (at - c->started) / 1e6);
    }
    c->started = now();
    if (!good || c->closes || !send_request(c)) again(c);
}

/* -1: nothing ended. 0 or 1: the answer is over, badly or well. */
static int take(Connection *c, char *buffer, size_t room, int64_t *at) {
    ssize_t length = read(c->fd, buffer, room);
    reads++;
    *at = now();
    if (length < 0) return errno == EAGAIN ? -1 : 0;
    if (length == 0) return c->stage == BODY && c->framing == UNTIL_CLOSE;
    bytes += length;
    char *start = buffer;
    if (c->stage == HEAD) {
        ssize_t head = read_head(c, buffer, length, *at);
        if (head < 0) return -1;
        start += head;
        length -= head;
        if (c->framing == COUNTED && c->left == 0) return 1;
    }
    return length > 0 && read_body(c, start, length, *at) ? 1 : -1;
}

/* -- the loop ----------------------------------------------------------------------------------------------------- */

static long started;
static int active;
static int64_t began, last_event_at;

static void ramp_up(int64_t at) {
    long wanted = option.ramp > 0 ? (long)((at - began) / 1e9 * option.ramp) + 1 : option.connections;
    if (wanted > option.connections) wanted = option.connections;
    while (started < wanted) active += begin(&all[started++]);
}

static void stream_over(Connection *c, int good) {
    end_stream(c, good && c->status / 100 == 2);
    active--;
    if (streams_good + streams_bad + active < option.total) active += begin(c);
}

/* True when the connection is in the middle of its answer. */
static int serve(Connection *c, char *buffer, size_t room, int64_t warm_until) {
    int64_t at;
    if (c->stage == CONNECTING) {
        if (connected(c)) return 0;
        if (option.requests_mode)
            again(c);
        else
            stream_over(c, 0);
        return 0;
    }
    int good = take(c, buffer, room, &at);
    if (c->last_at) last_event_at = at;
    if (good < 0) return 1;
    if (option.requests_mode)
        request_over(c, good, at, warm_until);
    else
        stream_over(c, good);
    return 0;
}

static int patience(int64_t at, int64_t end) {
    if (started < option.connections) return 1;
    if (option.seconds <= 0) return 30000;
    int64_t left = (end - at) / 1000000 + 1;
    return left > 1000 ? 1000 : (int)left;
}

static void run(void) {
    static char buffer[1 << 18];
    struct epoll_event ready[MOST_READY];
    int64_t warm_until = began + (int64_t)(option.warm * 1e9);
    int64_t end = option.seconds > 0 ? warm_until + (int64_t)(option.seconds * 1e9) : INT64_MAX;
    int in_the_middle = 0;
    for (int64_t at = began; at < end; at = now()) {
        if (started < option.connections) ramp_up(at);
        if (!option.requests_mode && started >= option.connections && active == 0) return;
        if (option.lazy && in_the_middle) {
            struct timespec nap = {0, option.lazy * 1000L};
            nanosleep(&nap, NULL);
        }
        in_the_middle = 0;
        int count = epoll_wait(poller, ready, MOST_READY, patience(at, end));
        if (count == 0 && option.seconds <= 0 && started >= option.connections) {
            fprintf(stderr, "30 s without a byte\n");
            return;
        }
        for (int i = 0; i < count; i++) {
            Connection *c = ready[i].data.ptr;
            if (c->fd >= 0) in_the_middle = serve(c, buffer, sizeof buffer, warm_until);
        }
    }
}

/* -- what was seen ------------------------------------------------------------------------------------------------ */

static void print_streams(int held) {
    double seconds = (last_event_at - began) / 1e9;
    print_series("time_to_first_ms", &time_to_first);
    print_series("late_ms", &late_to_best);
    print_series("late_to_first_ms", &late_to_first);
    print_series("jitter_ms", &jitter);
    printf("\"streams_good\":%lld,\"streams_bad\":%lld,\"held\":%d,\"events\":%lld,\"comments\":%lld,"
           "\"events_per_s\":%.1f,",
           (long long)streams_good, (long long)streams_bad, held, (long long)seen.events, (long long)seen.comments,
           seconds > 0 ? seen.events / seconds : 0);
}

static void print_requests(double seconds) {
    print_series("latency_ms", &latency);
    printf("\"requests\":%lld,\"requests_bad\":%lld,\"requests_per_s\":%.1f,", (long long)requests_done,
           (long long)requests_bad, requests_done / (seconds - option.warm));
}

static void report(void) {
    double seconds = (now() - began) / 1e9;
    int held = 0;
    for (int i = 0; i < option.connections && !option.requests_mode; i++) {
        if (all[i].fd < 0) continue;
        held += all[i].head_at && all[i].status / 100 == 2;
        end_stream(&all[i], 1);
        streams_good--;
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{");
    if (option.requests_mode)
        print_requests(seconds);
    else
        print_streams(held);
    printf("\"wall_s\":%.4f,\"load_cpu_share\":%.4f,\"bytes\":%lld,\"reads\":%lld,\"errors\":%lld,\"bad_status\":%d}\n",
           seconds, cpu / seconds, (long long)bytes, (long long)reads, (long long)errors, seen.bad_status);
}

/* -- beginning ---------------------------------------------------------------------------------------------------- */

static void read_request(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    request_length = fread(request, 1, MOST_REQUEST, file);
    fclose(file);
    token = memmem(request, request_length, TOKEN, TOKEN_LENGTH);
}

static void set_option(const char *key, const char *value) {
    if (!strcmp(key, "mode")) option.requests_mode = !strcmp(value, "requests");
    if (!strcmp(key, "host")) inet_pton(AF_INET, value, &address.sin_addr);
    if (!strcmp(key, "port")) address.sin_port = htons(atoi(value));
    if (!strcmp(key, "request")) read_request(value);
    if (!strcmp(key, "connections")) option.connections = atoi(value);
    if (!strcmp(key, "total")) option.total = atol(value);
    if (!strcmp(key, "modulo")) option.modulo = atol(value);
    if (!strcmp(key, "ramp")) option.ramp = atof(value);
    if (!strcmp(key, "seconds")) option.seconds = atof(value);
    if (!strcmp(key, "warm")) option.warm = atof(value);
    if (!strcmp(key, "interval")) option.interval = atof(value);
    if (!strcmp(key, "lazy")) option.lazy = atoi(value);
}

static void open_many_files(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
    option.connections = 1;
    option.modulo = 1000000000;
    address.sin_family = AF_INET;
    for (int i = 1; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (!value) continue;
        *value = 0;
        set_option(arguments[i], value + 1);
    }
    if (option.total < option.connections) option.total = option.connections;
    open_many_files();
    prctl(PR_SET_TIMERSLACK, 1UL);
    poller = epoll_create1(0);
    all = calloc(option.connections, sizeof(Connection));
    for (int i = 0; i < option.connections; i++) all[i].fd = -1;
    began = last_event_at = now();
    run();
    report();
    return 0;
}
