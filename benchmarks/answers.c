/* Reading answers: the head, the framing of the body, and the events of an SSE stream. Knows no socket. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine.h"

/* -- the event stream --------------------------------------------------------------------------------------------- */

static void event_came(Connection *c, int64_t at) {
    c->events++;
    seen.events++;
    if (!c->first_at) c->first_at = at;
    c->last_at = at;
    if (option.interval > 0) note(&c->arrivals, (at - c->started) / 1e6);
}

static void line_ended(Connection *c, int64_t at) {
    if (c->column == 0) {
        if (c->has_data) event_came(c, at);
        c->has_data = 0;
    } else if (c->field[0] == ':') {
        seen.comments++;
    } else if (!memcmp(c->field, "data:", 5) || (c->column == 4 && !memcmp(c->field, "data", 4))) {
        c->has_data = 1;
    }
    c->column = 0;
    memset(c->field, 0, sizeof c->field);
}

/* The first five bytes of a line tell its field; the rest is skipped to the line's end. */
static void read_lines(Connection *c, const char *at, size_t length, int64_t when) {
    const char *end = at + length;
    while (at < end) {
        if (c->after_cr) {
            c->after_cr = 0;
            if (*at == '\n') {
                at++;
                continue;
            }
        }
        if (c->column < 5) {
            char byte = *at++;
            if (byte == '\n' || byte == '\r') {
                line_ended(c, when);
                c->after_cr = byte == '\r';
            } else {
                c->field[c->column++] = byte;
            }
            continue;
        }
        const char *stop = memchr(at, '\n', end - at);
        const char *cr = memchr(at, '\r', (stop ? stop : end) - at);
        if (cr) stop = cr;
        if (!stop) return;
        c->after_cr = *stop == '\r';
        line_ended(c, when);
        at = stop + 1;
    }
}

/* -- the answer's framing ----------------------------------------------------------------------------------------- */

static void payload(Connection *c, const char *at, size_t length, int64_t when) {
    if (!option.requests_mode) read_lines(c, at, length, when);
}

static size_t read_part(Connection *c, const char *at, size_t length, int64_t when) {
    size_t part = length < (size_t)c->left ? length : (size_t)c->left;
    payload(c, at, part, when);
    c->left -= part;
    return part;
}

static int digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static void size_byte(Connection *c, char byte) {
    int value = digit(byte);
    if (value >= 0)
        c->chunk_size = c->chunk_size * 16 + value;
    else
        c->chunk_stage = byte == '\r' ? SIZE_END : EXTENSION;
}

/* True when the last chunk and its trailer are complete. */
static int read_chunks(Connection *c, const char *at, size_t length, int64_t when) {
    const char *end = at + length;
    while (at < end) {
        switch (c->chunk_stage) {
        case SIZE:
            size_byte(c, *at++);
            break;
        case EXTENSION:
            if (*at++ == '\r') c->chunk_stage = SIZE_END;
            break;
        case SIZE_END:
            at++;
            c->left = c->chunk_size;
            c->chunk_stage = c->chunk_size ? DATA : TRAILER;
            c->trailer_length = 0;
            break;
        case DATA:
            at += read_part(c, at, end - at, when);
            if (!c->left) c->chunk_stage = DATA_END;
            break;
        case DATA_END:
            if (*at++ != '\n') break;
            c->chunk_stage = SIZE;
            c->chunk_size = 0;
            break;
        case TRAILER:
            if (*at == '\n' && c->trailer_length == 0) return 1;
            c->trailer_length = *at == '\n' ? 0 : c->trailer_length + (*at != '\r');
            at++;
            break;
        }
    }
    return 0;
}

int read_body(Connection *c, const char *at, size_t length, int64_t when) {
    if (c->framing == CHUNKED) return read_chunks(c, at, length, when);
    if (c->framing == COUNTED) {
        read_part(c, at, length, when);
        return c->left == 0;
    }
    payload(c, at, length, when);
    return 0;
}

static void read_header(Connection *c, char *line) {
    char *end = strstr(line, "\r\n");
    if (end) *end = 0;
    if (!strncasecmp(line, "content-length:", 15)) {
        c->framing = COUNTED;
        c->left = atoll(line + 15);
    } else if (!strncasecmp(line, "transfer-encoding:", 18) && strcasestr(line, "chunked")) {
        c->framing = CHUNKED;
        c->chunk_stage = SIZE;
        c->chunk_size = 0;
    } else if (!strncasecmp(line, "connection:", 11)) {
        c->closes = strcasestr(line, "close") != NULL;
    }
    if (end) *end = '\r';
}

ssize_t read_head(Connection *c, const char *at, ssize_t length, int64_t when) {
    int room = (int)sizeof c->head - 1 - c->head_length, before = c->head_length;
    int part = length < room ? (int)length : room;
    memcpy(c->head + c->head_length, at, part);
    c->head_length += part;
    c->head[c->head_length] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (!end) return -1;
    end[2] = 0;
    c->status = atoi(c->head + 9);
    c->framing = UNTIL_CLOSE;
    c->closes = 0;
    for (char *line = strstr(c->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) read_header(c, line + 2);
    c->stage = BODY;
    c->head_at = when;
    if (c->status / 100 != 2 && !seen.bad_status) seen.bad_status = c->status;
    return end - c->head + 4 - before;
}
