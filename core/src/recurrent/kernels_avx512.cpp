#include "recurrent/instruction_set.h"

namespace pipeline::recurrent {

const InstructionSet& avx512() {
  static constexpr InstructionSet set = instruction_set_of<RoundedFloats>("avx512");
  return set;
}

}  // namespace pipeline::recurrent
