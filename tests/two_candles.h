/* One file, compressed by other programs: the header "time,open,high,low,close,volume" and two candles. */
#ifndef TS_TESTS_TWO_CANDLES_H
#define TS_TESTS_TWO_CANDLES_H

extern const unsigned char zstd_file[80]; /* zstd 1.5.4 -19 */
extern const unsigned char gzip_file[88]; /* gzip 1.12 -9n */

#endif
