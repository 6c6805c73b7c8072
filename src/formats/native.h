/*
 * src/formats/native.h
 *	  The bytes of a conv1d_model: what is stored, sent and fingerprinted.
 *
 * Little-endian on every machine, every item on a 4-byte boundary:
 *
 *	"c1dm"  u32 version  16 bytes fingerprint of all that follows
 *	u32 layers, then each layer:
 *		text class_name, value config,
 *		u32 inputs, each: i32 number of a layer (-1: the model's input)
 *		u32 weights, each: u32 rank, u32 dims, float32 elements
 *	text:	u32 length, the bytes, zeros up to the next boundary
 *	value:	u32 type, then its content (integers and reals in 8 bytes)
 */
#ifndef C1D_NATIVE_H
#define C1D_NATIVE_H

#include "model/graph.h"

#define C1D_NATIVE_VERSION 1
#define C1D_FINGERPRINT 16

/* Where the fingerprint is, and where the bytes it covers begin. */
#define C1D_NATIVE_FINGERPRINT_AT 8
#define C1D_NATIVE_CONTENT_AT (C1D_NATIVE_FINGERPRINT_AT + C1D_FINGERPRINT)

/*
 * A model's weights altogether: so many have a text form, in which a weight
 * may take 18 bytes with its brackets, that stays within the 2^28 bytes that
 * the server's jsonb can hold.
 */
#define C1D_MAX_MODEL_WEIGHTS INT64_C(14000000)

extern bool c1d_native_size(const C1dGraph *graph, int64_t *size, C1dError *err);
extern void c1d_native_write(const C1dGraph *graph, char *bytes);
extern bool c1d_native_read(const char *bytes, int64_t size, C1dArena *arena, C1dGraph *graph, C1dError *err);

#endif
