#include "recurrent/instruction_set.h"

namespace pipeline::recurrent {

const InstructionSet& amx_bf16() {
  static const InstructionSet set = with_bf16<Tiles>(avx512(), "amx_bf16");
  return set;
}

}  // namespace pipeline::recurrent
