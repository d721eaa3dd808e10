#pragma once

/// Sixteen floats in the instruction set that the file is compiled for.
#ifdef __AVX512F__
#include "recurrent/vector_avx512.h"
#else
#include "recurrent/vector_avx2.h"
#endif
