#include "base/cpu_capability.h"
#include "recurrent/kernels.h"

namespace pipeline::recurrent {

const InstructionSet* instruction_set() {
  const std::string name = cpu_capability();
#ifdef __x86_64__
  // Only the chosen set's function may be called: it is itself compiled for that instruction set.
  if (name == "avx2") return &avx2();
  if (name == "avx512") return &avx512();
  if (name == "avx512_bf16") return &avx512_bf16();
  if (name == "amx_bf16") return &amx_bf16();
#endif
  return nullptr;
}

}  // namespace pipeline::recurrent
