#include "base/cpu_capability.h"
#include "recurrent/kernels.h"

namespace pipeline::recurrent {

const InstructionSet* instruction_set() {
  const std::string name = cpu_capability();
#ifdef __x86_64__
  for (const InstructionSet* set : {&avx2(), &avx512(), &avx512_bf16(), &amx_bf16()}) {
    if (name == set->name) return set;
  }
#endif
  return nullptr;
}

}  // namespace pipeline::recurrent
