#include "pipeline/torch/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <caffe2/serialize/inline_container.h>

#include <cerrno>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/errors.h"
#include "train/pickle_reader.h"
#include "train/pickle_writer.h"
#include "train/zip_reader.h"

namespace pipeline {

namespace {

constexpr const char* pickle_record = "data.pkl";
constexpr std::uint64_t largest_pickle = 64 << 20;  // structure only, numbers are apart: a model of 100,000 tensors needs 20 MiB

/// A file that appears under its name when it is complete and on the disk, or not at all. A failed write is remembered and reported by
/// commit(): LibTorch's zip writer must not see it, because its destructor writes too.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path file) : file_(std::move(file)), beside_(file_.string() + ".tmp." + std::to_string(::getpid())) {
    descriptor_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw system_failure("cannot write", beside_, errno);
  }
  ~NewFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(beside_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0 && error_ == 0) {
      const ssize_t n = ::write(descriptor_, at, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error_ = errno;
      if (n > 0) at += n, size -= static_cast<std::size_t>(n);
    }
  }

  void commit() {
    if (error_ == 0 && ::fsync(descriptor_) != 0) error_ = errno;
    if (error_ == 0 && ::rename(beside_.c_str(), file_.c_str()) != 0) error_ = errno;
    if (error_ != 0) throw system_failure("cannot write", file_.string(), error_);
    ::close(std::exchange(descriptor_, -1));
  }

 private:
  std::filesystem::path file_;
  std::string beside_;
  int descriptor_ = -1;
  int error_ = 0;
};

torch::Tensor load_storage(const ZipReader& zip, const std::string& key, torch::ScalarType type, std::int64_t count) {
  const std::string record = "data/" + key;
  if (zip.size(record) / c10::elementSize(type) < static_cast<std::uint64_t>(count))
    throw training_error("the file is damaged or cut short: its record '" + record + "' is too small for its tensor");
  torch::Tensor values = torch::empty({count}, type);
  zip.read(record, {static_cast<unsigned char*>(values.mutable_data_ptr()), values.nbytes()});
  return values;
}

State read_content(const std::filesystem::path& file) {
  const ZipReader zip(file);
  if (const char* order = "byteorder"; zip.has(order)) {
    std::string text(zip.size(order), ' ');
    zip.read(order, {reinterpret_cast<unsigned char*>(text.data()), text.size()});
    if (text != "little") throw training_error("it was written with byte order '" + text + "', only little is read");
  }
  const std::uint64_t size = zip.size(pickle_record);
  if (size > largest_pickle) throw training_error("its structure alone is larger than 64 MiB");
  std::vector<unsigned char> pickle(size);
  zip.read(pickle_record, pickle);
  return read_pickle(
      pickle, [&zip](const std::string& key, torch::ScalarType type, std::int64_t count) { return load_storage(zip, key, type, count); });
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const State& content) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  const Pickle pickle = write_pickle(content);
  NewFile out(file);
  caffe2::serialize::PyTorchStreamWriter zip([&out](const void* data, std::size_t size) { return out.write(data, size), size; });
  zip.writeRecord(pickle_record, pickle.bytes.data(), pickle.bytes.size());
  zip.writeRecord("byteorder", "little", 6);
  std::size_t key = 0;
  for (const torch::Tensor& tensor : pickle.storages)
    zip.writeRecord("data/" + std::to_string(key++), tensor.const_data_ptr(), tensor.nbytes());
  zip.writeEndOfFile();
  out.commit();
}

State read_checkpoint(const std::filesystem::path& file) {
  try {
    return read_content(file);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::training) throw;
    throw training_error("checkpoint " + file.string() + ": " + error.what());
  }
}

}  // namespace pipeline
