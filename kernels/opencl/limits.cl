/* What a device can do at most of four things, for benchmarks: move memory, read its cache, compute with doubles and with
 * words of 64 bits. Arguments are made so that no compiler can know the result. */

kernel void limit_copy(global const double4 *from, global double4 *into)
{
    into[get_global_id(0)] = from[get_global_id(0)];
}

/* `rounds` times the vectors from its own on, a launch apart; `count`, a power of two, is how many there are. */
kernel void limit_read(global const ulong4 *from, global ulong *into, const ulong count, const ulong rounds)
{
    ulong4 sum = 0;
    ulong at = get_global_id(0);
    for (ulong i = 0; i < rounds; i++) {
        sum ^= from[at & (count - 1)];
        at += get_global_size(0);
    }
    into[get_global_id(0)] = sum.x ^ sum.y ^ sum.z ^ sum.w;
}

/* 16 operations a round, products and sums by turns, in eight chains. */
kernel void limit_doubles(global double *into, const double factor, const double term, const ulong rounds)
{
    double8 x = (double8)(1, 2, 3, 4, 5, 6, 7, 8) + (double)get_global_id(0);
    for (ulong i = 0; i < rounds; i++) x = x * factor + term;
    into[get_global_id(0)] = x.s0 + x.s1 + x.s2 + x.s3 + x.s4 + x.s5 + x.s6 + x.s7;
}

/* 32 operations a round, in eight chains: what masks are made of. */
kernel void limit_words(global ulong *into, const ulong mask, const ulong term, const ulong rounds)
{
    ulong8 x = (ulong8)(1, 2, 3, 4, 5, 6, 7, 8) + (ulong)get_global_id(0);
    for (ulong i = 0; i < rounds; i++) x = ((x & mask) | (x >> 1ul)) + term;
    into[get_global_id(0)] = x.s0 ^ x.s1 ^ x.s2 ^ x.s3 ^ x.s4 ^ x.s5 ^ x.s6 ^ x.s7;
}
