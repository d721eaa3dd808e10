#include "recurrent/instruction_set.h"

namespace pipeline::recurrent {

const InstructionSet& avx512_bf16() {
  static constexpr InstructionSet set = instruction_set_of<Pairs>("avx512_bf16");
  return set;
}

}  // namespace pipeline::recurrent
