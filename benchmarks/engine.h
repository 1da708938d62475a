/* What the two halves of the load share: connections, options, and what was seen. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    float *items;
    size_t count, room;
} Series;

enum Stage { CONNECTING, HEAD, BODY };
enum Framing { CHUNKED, COUNTED, UNTIL_CLOSE };
enum ChunkStage { SIZE, EXTENSION, SIZE_END, DATA, DATA_END, TRAILER };

typedef struct {
    int fd; /* -1: not open */
    enum Stage stage;
    /* the answer */
    char head[4096];
    int head_length, status, closes;
    enum Framing framing;
    int64_t left; /* bytes of the body, or of the chunk */
    enum ChunkStage chunk_stage;
    int64_t chunk_size;
    int trailer_length;
    /* the line of the event stream that is being read: its first bytes, and how long it is so far */
    char field[6];
    int column, has_data, after_cr;
    /* times in ns, and when each event came, in ms since `started` */
    int64_t started, head_at, first_at, last_at, events;
    Series arrivals;
} Connection;

extern struct option {
    int requests_mode, connections;
    long total, modulo;
    double ramp, seconds, warm, interval;
    int lazy;
} option;

extern struct seen {
    int64_t events, comments;
    int bad_status; /* the first status that was not 2xx */
} seen;

/* Add a figure to a series. */
void note(Series *series, double value);

/* Take in bytes of an answer's head: how many of them belong to it, or -1 when it is not complete yet. */
ssize_t read_head(Connection *c, const char *at, ssize_t length, int64_t when);

/* Take in bytes of an answer's body: true when it is complete. */
int read_body(Connection *c, const char *at, size_t length, int64_t when);

#endif
