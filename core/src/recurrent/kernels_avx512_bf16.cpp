#include "recurrent/instruction_set.h"

namespace pipeline::recurrent {

const InstructionSet& avx512_bf16() {
  static const InstructionSet set = with_bf16<Pairs>(avx512(), "avx512_bf16");
  return set;
}

}  // namespace pipeline::recurrent
