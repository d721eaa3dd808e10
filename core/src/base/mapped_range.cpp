#include "base/mapped_range.h"

#include <algorithm>
#include <functional>
#include <string>

namespace pipeline {

namespace {

// A signal handler can reach only a static object.
constinit std::array<MappedRange::Note, 256> notes;

}  // namespace

MappedRange::MappedRange(const void* begin, std::size_t size, MappedUse use, const std::filesystem::path& file) {
  const auto free = std::ranges::find_if(notes, [](Note& note) { return !note.taken.exchange(true, std::memory_order_acquire); });
  if (free == notes.end()) return;
  note_ = &*free;
  note_->begin = static_cast<const std::byte*>(begin);
  note_->use = use;
  const std::string name = file.string();
  const std::size_t length = std::min(name.size(), note_->file.size() - 1);
  name.copy(note_->file.data(), length, name.size() - length);
  note_->file[length] = '\0';
  note_->size.store(size, std::memory_order_release);
}

MappedRange& MappedRange::operator=(MappedRange&& other) noexcept {
  std::swap(note_, other.note_);
  return *this;
}

MappedRange::~MappedRange() {
  if (note_ == nullptr) return;
  note_->size.store(0, std::memory_order_release);
  note_->taken.store(false, std::memory_order_release);
}

const MappedRange::Note* MappedRange::at(const void* address) {
  const auto* const byte = static_cast<const std::byte*>(address);
  for (const Note& note : notes) {
    const std::size_t size = note.size.load(std::memory_order_acquire);
    const std::byte* const begin = note.begin;
    if (size > 0 && !std::less<>{}(byte, begin) && std::less<>{}(byte, begin + size)) return &note;
  }
  return nullptr;
}

}  // namespace pipeline
