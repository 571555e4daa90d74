// A convolution of codes of one byte with a product table.
//
// Defined by who compiles it: PRODUCT, what a product is kept in; TABLE_IN_SHARED, whether the table is copied to the
// memory of a block, or read through the first cache. A block computes OUTPUTS outputs of PIXELS pixels, a thread 4 of 4:
// its pixels are 32 apart, so that neighbouring threads read neighbouring codes and one row of the table.

#define PIXELS 128
#define OUTPUTS 64
#define STEPS 16
#define THREADS 512

struct Shape {
    int batch, channels, height, width, outputs, out_height, out_width, groups;
    int kernel_y, kernel_x, stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x;
    int pad_code;
    // A product is offset + scale * element.
    int offset, scale;
};

// products: by the weight's code, then the activation's. Sums are modulo 2^32.
extern "C" __global__ void lookup(const unsigned char* activations, const unsigned char* weights,
                                  const PRODUCT* products, int* out, Shape s) {
    extern __shared__ uint4 memory[];
#if TABLE_IN_SHARED
    const int vectors = 65536 * sizeof(PRODUCT) / sizeof(uint4);
    for (int i = threadIdx.x; i < vectors; i += THREADS) memory[i] = ((const uint4*)products)[i];
    const PRODUCT* table = (const PRODUCT*)memory;
    unsigned char* x = (unsigned char*)(memory + vectors);
#else
    const PRODUCT* table = products;
    unsigned char* x = (unsigned char*)memory;
#endif
    unsigned char* w = x + STEPS * PIXELS;

    const int in_group = s.channels / s.groups, out_group = s.outputs / s.groups;
    const int taps = s.kernel_y * s.kernel_x, depth = in_group * taps, out_size = s.out_height * s.out_width;
    const long long all = (long long)s.batch * out_size, first_pixel = (long long)blockIdx.x * PIXELS;
    const int group = blockIdx.z, first_output = blockIdx.y * OUTPUTS;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;

    // As unsigned numbers, whose overflow is defined.
    unsigned sums[4][4] = {};
    for (int first = 0; first < depth; first += STEPS) {
        // Steps and pixels that are not there get some code, and are left out below.
        for (int i = threadIdx.x; i < STEPS * PIXELS; i += THREADS) {
            const int step = first + i / PIXELS;
            const long long pixel = first_pixel + i % PIXELS;
            unsigned char code = 0;
            if (step < depth && pixel < all) {
                const int tap = step % taps, at = (int)(pixel % out_size);
                const int y = at / s.out_width * s.stride_y + tap / s.kernel_x * s.dilation_y - s.padding_y;
                const int column = at % s.out_width * s.stride_x + tap % s.kernel_x * s.dilation_x - s.padding_x;
                const long long plane = pixel / out_size * s.channels + group * in_group + step / taps;
                const bool inside = y >= 0 && y < s.height && column >= 0 && column < s.width;
                code = inside ? activations[(plane * s.height + y) * s.width + column] : s.pad_code;
            }
            x[i] = code;
        }
        for (int i = threadIdx.x; i < STEPS * OUTPUTS; i += THREADS) {
            const int step = first + i / OUTPUTS, output = first_output + i % OUTPUTS;
            const bool there = step < depth && output < out_group;
            w[i] = there ? weights[(long long)(group * out_group + output) * depth + step] : 0;
        }
        __syncthreads();
        const int steps = depth - first < STEPS ? depth - first : STEPS;
        for (int step = 0; step < steps; step++) {
            for (int j = 0; j < 4; j++) {
                const PRODUCT* row = table + 256 * w[step * OUTPUTS + warp * 4 + j];
                for (int i = 0; i < 4; i++) sums[j][i] += (unsigned)row[x[step * PIXELS + lane + 32 * i]];
            }
        }
        __syncthreads();
    }
    for (int j = 0; j < 4; j++) {
        const int output = first_output + warp * 4 + j;
        for (int i = 0; i < 4; i++) {
            const long long pixel = first_pixel + lane + 32 * i;
            if (output >= out_group || pixel >= all) continue;
            const long long plane = pixel / out_size * s.outputs + group * out_group + output;
            const unsigned sum = sums[j][i] * (unsigned)s.scale + (unsigned)s.offset * (unsigned)depth;
            out[plane * out_size + pixel % out_size] = (int)sum;
        }
    }
}
