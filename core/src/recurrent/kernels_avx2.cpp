#include "recurrent/instruction_set.h"

namespace pipeline::recurrent {

const InstructionSet& avx2() {
  static constexpr InstructionSet set = instruction_set_of<RoundedFloats>("avx2");
  return set;
}

}  // namespace pipeline::recurrent
