#include "run/build_id.h"

#include <elf.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <string_view>

namespace pipeline {

namespace {

constexpr std::size_t most_notes = 1 << 16;  // bytes; compilers and linkers write some hundred

template <class Record>
bool read_at(std::ifstream& in, std::uint64_t at, Record& record) {
  return static_cast<bool>(in.seekg(static_cast<std::streamoff>(at)).read(reinterpret_cast<char*>(&record), sizeof(record)));
}

/// Names and contents of notes are padded to multiples of 4 bytes.
std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

/// The build id among the notes of one segment; empty if there is none.
std::string build_id_in(std::string_view notes) {
  constexpr std::string_view owner("GNU\0", 4);
  Elf64_Nhdr note{};
  for (std::size_t at = 0; at + sizeof(note) <= notes.size();) {
    std::memcpy(&note, notes.data() + at, sizeof(note));
    const std::size_t name = at + sizeof(note), content = name + padded(note.n_namesz), end = content + padded(note.n_descsz);
    if (end > notes.size()) return {};
    if (note.n_type == NT_GNU_BUILD_ID && notes.substr(name, note.n_namesz) == owner)
      return std::string(notes.substr(content, note.n_descsz));
    at = end;
  }
  return {};
}

}  // namespace

std::string build_id(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Elf64_Ehdr head{};
  if (!read_at(in, 0, head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) return {};
  for (std::uint64_t i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!read_at(in, head.e_phoff + i * sizeof(segment), segment)) return {};
    if (segment.p_type != PT_NOTE || segment.p_filesz > most_notes) continue;
    std::string notes(segment.p_filesz, '\0');
    if (!in.seekg(static_cast<std::streamoff>(segment.p_offset)).read(notes.data(), static_cast<std::streamsize>(notes.size()))) return {};
    if (std::string id = build_id_in(notes); !id.empty()) return id;
  }
  return {};
}

}  // namespace pipeline
