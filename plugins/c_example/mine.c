/*
 * An example plugin: multipliers in C, to copy for your own. Two ways in one library; either is enough.
 *
 * The circuit is an array multiplier without the rows of the weight's lowest bits, so the weight is rounded down
 * to a multiple of 2^k. It does not commute: the activation (a) keeps all its bits.
 */
#include "axmul_plugin.h"

/* A plain function, as EvoApproxLib has them. Its name says the operand format: `axmul show ./libmine.so:mul8s_mine`. */
AXMUL_EXPORT int16_t mul8s_mine(int8_t a, int8_t b);

int16_t mul8s_mine(int8_t a, int8_t b) {
    return (int16_t)(a * (b & ~3));
}

/* The same circuit described: with costs, documentation and a parameter, `axmul show ./libmine.so`. */
static int64_t product(const void *context, int64_t a, int64_t b) {
    const int64_t dropped = *(const int64_t *)context;
    return a * (b & ~dropped);
}

static void products(const void *context, const int64_t *a, const int64_t *b, int64_t *out, size_t count) {
    const int64_t kept = ~*(const int64_t *)context;
    for (size_t i = 0; i < count; i++) out[i] = a[i] * (b[i] & kept);
}

static const int64_t one_bit = 1, two_bits = 3;

static const axmul_multiplier multipliers[] = {
    {
        .name = "mine-1-8u", .width_a = 8, .width_b = 8, .is_signed = 0,
        .context = &one_bit, .product = product, .products = products,
        .power_mw = 0.34, .area_um2 = 620.5, .delay_ns = AXMUL_UNKNOWN,
        .cost_source = "example figures, not measured", .technology = "45 nm, 1 V, 100 MHz",
        .documentation = "Array multiplier without the row of the weight's lowest bit.",
        .license = "MIT OR Apache-2.0",
    },
    {
        .name = "mine-2-8s", .width_a = 8, .width_b = 8, .is_signed = 1,
        .context = &two_bits, .product = product, .products = products,
        .power_mw = AXMUL_UNKNOWN, .area_um2 = AXMUL_UNKNOWN, .delay_ns = AXMUL_UNKNOWN,
        .documentation = "Array multiplier without the rows of the weight's lowest two bits.",
        .license = "MIT OR Apache-2.0",
    },
};

AXMUL_EXPORT_PLUGIN(multipliers)
