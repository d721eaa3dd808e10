#include "train/allocation_limit.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

namespace pipeline {

namespace {

struct Budget {
  std::uint64_t left;
  Error refusal;
};

/// Torch's allocator of main memory with a budget for one thread at a time.
class LimitedAllocator final : public c10::Allocator {
 public:
  explicit LimitedAllocator(c10::Allocator& usual) : usual_(usual) {}

  c10::DataPtr allocate(std::size_t bytes) override {
    if (std::optional<Budget>& budget = of_thread()) {
      if (bytes > budget->left || counted_bytes(bytes) > budget->left) throw Error(budget->refusal);
      budget->left -= counted_bytes(bytes);
    }
    return usual_.allocate(bytes);
  }
  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return usual_.raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t count) const override { usual_.copy_data(to, from, count); }

  [[nodiscard]] c10::Allocator& usual() const { return usual_; }

  static std::optional<Budget>& of_thread() {
    thread_local std::optional<Budget> budget;
    return budget;
  }

 private:
  c10::Allocator& usual_;
};

/// Never destroyed: every storage that it made keeps its address.
LimitedAllocator& limited_allocator() {
  static auto& allocator = *new LimitedAllocator(*c10::GetCPUAllocator());
  return allocator;
}

/// The number at the start of a file of the kernel, or behind `label` in it; the largest number if there is none ("max").
std::uint64_t number_in(const std::filesystem::path& file, const std::string& label = {}) {
  std::ifstream in(file);
  for (std::string word; !label.empty() && in >> word && word != label;) continue;
  std::uint64_t number = 0;
  return in >> number ? number : UINT64_MAX;
}

/// What a control group may still take. Pages of files count as taken, and the kernel gives them back when memory is needed.
std::uint64_t left_in(const std::filesystem::path& group) {
  const std::uint64_t most = number_in(group / "memory.max"), taken = number_in(group / "memory.current");
  if (most == UINT64_MAX || taken == UINT64_MAX) return UINT64_MAX;
  std::uint64_t of_files = 0;
  for (const char* label : {"active_file", "inactive_file"}) {
    if (const std::uint64_t bytes = number_in(group / "memory.stat", label); bytes != UINT64_MAX) of_files += bytes;
  }
  return most - std::min(most, taken - std::min(taken, of_files));
}

}  // namespace

AllocationLimit::AllocationLimit(std::uint64_t bytes, Error refusal) {
  LimitedAllocator::of_thread() = Budget{bytes, std::move(refusal)};
  c10::SetCPUAllocator(&limited_allocator());
}

AllocationLimit::~AllocationLimit() {
  c10::SetCPUAllocator(&limited_allocator().usual());
  LimitedAllocator::of_thread().reset();
}

std::uint64_t free_memory() {
  const std::uint64_t kilobytes = number_in("/proc/meminfo", "MemAvailable:");
  std::uint64_t free = kilobytes == UINT64_MAX ? kilobytes : kilobytes * 1024;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::")) continue;
    const std::filesystem::path root = "/sys/fs/cgroup";
    for (std::filesystem::path group = root.string() + line.substr(3); group.native().starts_with(root.native());
         group = group.parent_path())
      free = std::min(free, left_in(group));
  }
  return free;
}

}  // namespace pipeline
