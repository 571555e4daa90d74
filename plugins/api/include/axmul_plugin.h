/*
 * axmul_plugin.h - approximate multipliers as a shared library, in C or anything that speaks C.
 *
 * A library that exports one constant of type axmul_plugin_entry, named axmul_plugin, is a plugin:
 *
 *     #include "axmul_plugin.h"
 *
 *     static int64_t even(const void *context, int64_t a, int64_t b) { (void)context; return a * b & ~1; }
 *
 *     static const axmul_multiplier all[] = {{
 *         .name = "even-8u", .width_a = 8, .width_b = 8, .is_signed = 0, .product = even,
 *         .power_mw = AXMUL_UNKNOWN, .area_um2 = AXMUL_UNKNOWN, .delay_ns = AXMUL_UNKNOWN,
 *     }};
 *
 *     AXMUL_EXPORT_PLUGIN(all)
 *
 *     cc -shared -fPIC -O2 -I plugins/api/include -o libeven.so even.c && axmul show ./libeven.so
 *
 * Rules that hold for the whole file
 *
 *   Owner.   Everything a pointer here leads to belongs to the plugin, stays valid and unchanged from the moment
 *            the library is loaded until its process ends, and is never freed by the host. The library is never
 *            unloaded.
 *   Threads. The host calls from one thread, the one that loaded the library, one call at a time.
 *   Process. The host loads the library in a process of its own with a limit on time and memory, so a crash or
 *            an endless loop costs an error message. Standard output and standard error go into that message;
 *            standard input is empty. A plugin must not end the process.
 *   Text.    UTF-8, ended by a zero byte.
 *
 * Versions. A host takes a plugin whose abi_version equals its own. Within one version fields are only ever
 * appended, which is what the sizes are for: a host ignores appended fields that it does not know, and refuses
 * a struct that lacks fields that it does know.
 */
#ifndef AXMUL_PLUGIN_H
#define AXMUL_PLUGIN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of everything below. */
#define AXMUL_ABI_VERSION 1u

/* The most multipliers that one library may hold. */
#define AXMUL_MAX_MULTIPLIERS 1024u

/* A cost figure that nobody knows. */
#define AXMUL_UNKNOWN ((double)NAN)

#if defined(_WIN32)
#define AXMUL_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define AXMUL_EXPORT __attribute__((visibility("default")))
#else
#define AXMUL_EXPORT
#endif

/* One multiplier. */
typedef struct axmul_multiplier {
    /* Its name, unique within the library. 1 to 255 bytes without control characters. [text] */
    const char *name;

    /* Widths of the operands (a, b) = (activation, weight) in bits, 2 to 32, of unsigned ones 63 together. Up to 8x8
     * axmul tabulates; of wider ones it asks for all products up to 16x16, for a sample beyond that. */
    uint32_t width_a;
    uint32_t width_b;
    /* 1: operands and product are two's complement; 0: they are unsigned. Nothing else. */
    uint32_t is_signed;
    /* Zero. */
    uint32_t reserved;

    /* Handed back to the functions below and otherwise never looked at; may be NULL. [owner: plugin] */
    const void *context;

    /*
     * The approximate product of a and b. Not NULL.
     * Called with a and b within the operands' ranges only, e.g. -128 to 127 where is_signed and 8 bits wide.
     * The same operands must give the same product every time, in every process that loads the library. The product
     * lies within the width_a + width_b bits of its bus; up to 8x8 bits, 32 signed bits will do.
     * [thread: the loading thread]
     */
    int64_t (*product)(const void *context, int64_t a, int64_t b);

    /*
     * The approximate products out[i] of a[i] and b[i], for all i < count. NULL where there is nothing to gain.
     * Gives what product gives, which the host checks on a sample of the operands.
     * The three arrays belong to the host, do not overlap and end with the call. [thread: the loading thread]
     */
    void (*products)(const void *context, const int64_t *a, const int64_t *b, int64_t *out, size_t count);

    /* Average power in milliwatts, cell area in square micrometers, longest path in nanoseconds;
     * AXMUL_UNKNOWN (NaN) where unknown, else finite and not negative. */
    double power_mw;
    double area_um2;
    double delay_ns;
    /* Who measured or estimated these figures, and how. Figures of different sources are not compared.
     * NULL where no figure is known; else axmul names the library's file. [text, at most 64 KiB] */
    const char *cost_source;
    /* The process and cell library, clock and activity behind the figures, or NULL. [text, at most 64 KiB] */
    const char *technology;

    /* A sentence or two about the circuit, its license (SPDX) and the publication to cite; each may be NULL.
     * [text, at most 64 KiB each] */
    const char *documentation;
    const char *license;
    const char *citation;
} axmul_multiplier;

/* The entry of a plugin. */
typedef struct axmul_plugin_entry {
    /* AXMUL_ABI_VERSION. Stays the first field in every version. */
    uint32_t abi_version;
    /* sizeof(axmul_plugin_entry). Stays the second field in every version. */
    uint32_t struct_size;
    /* sizeof(axmul_multiplier): the distance from one element of the array below to the next. */
    uint32_t multiplier_size;
    /* Zero. */
    uint32_t reserved;

    /*
     * The library's multipliers: returns the first element of an array and stores its length, 1 to
     * AXMUL_MAX_MULTIPLIERS, in *count. Not NULL, and never returns NULL. Called once.
     * [owner: the array is the plugin's, *count the host's] [thread: the loading thread]
     */
    const axmul_multiplier *(*multipliers)(uint32_t *count);
} axmul_plugin_entry;

/* The constant that makes a library a plugin. */
extern AXMUL_EXPORT const axmul_plugin_entry axmul_plugin;

/* Exports an array of axmul_multiplier; stands once in a library, outside any function. */
#define AXMUL_EXPORT_PLUGIN(array)                                                                           \
    static const axmul_multiplier *axmul_plugin_multipliers(uint32_t *count) {                               \
        *count = (uint32_t)(sizeof(array) / sizeof((array)[0]));                                             \
        return (array);                                                                                      \
    }                                                                                                        \
    const axmul_plugin_entry axmul_plugin = {                                                                \
        AXMUL_ABI_VERSION, (uint32_t)sizeof(axmul_plugin_entry), (uint32_t)sizeof(axmul_multiplier), 0u,     \
        axmul_plugin_multipliers,                                                                            \
    };

#ifdef __cplusplus
}
#endif

#endif
