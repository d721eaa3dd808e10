#include "pipeline/data/files.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <vector>

#include "base/durable.h"
#include "base/file_descriptor.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    static constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += digits[digest[i] >> 4];
      text += digits[digest[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Hands the content of a file to `take`, a buffer at a time.
void read_parts(const std::filesystem::path& file, const std::function<void(std::string_view)>& take) {
  const FileDescriptor descriptor = open_to_read(file);
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_failure("cannot read", file.string(), errno);
    if (count == 0) return;
    take({buffer.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::string text;
  read_parts(file, [&](std::string_view part) { text += part; });
  return text;
}

void make_folder(const std::filesystem::path& folder) {
  std::filesystem::path existing = folder.lexically_normal();
  std::vector<std::filesystem::path> parents;  // of the new folders
  std::error_code error;
  while (!existing.empty() && !std::filesystem::exists(existing, error)) {
    existing = existing.parent_path();
    parents.push_back(existing);
  }
  std::filesystem::create_directories(folder, error);
  if (error) throw system_failure("cannot make the folder", folder.string(), error.value());
  for (const std::filesystem::path& parent : parents) sync_folder(parent);
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  NewFile out(file);
  out.write(text);
  out.commit();
}

void write_bytes(const std::filesystem::path& file, std::span<const unsigned char> bytes) {
  write_text(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Value read_json(const std::filesystem::path& file) { return from_json(read_text(file), file.string()); }

void write_json(const std::filesystem::path& file, const Value& value) { write_text(file, to_json(value, 2) + "\n"); }

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.add(text.data(), text.size());
  return hash.hex();
}

std::string sha256_file(const std::filesystem::path& file) {
  Sha256 hash;
  read_parts(file, [&](std::string_view part) { hash.add(part.data(), part.size()); });
  return hash.hex();
}

}  // namespace pipeline
