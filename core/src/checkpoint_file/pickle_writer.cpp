#include "checkpoint_file/pickle_writer.h"

#include <bit>
#include <limits>
#include <string_view>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

class Writer {
 public:
  Pickle write(const StoredValue& value) {
    text("\x80\x02");
    put(value);
    text(".");
    return std::move(out_);
  }

 private:
  void put(const StoredValue& value) {
    std::visit([this](const auto& content) { put(content); }, value.content);
  }
  void put(std::monostate) { text("N"); }
  void put(bool flag) { text(flag ? "\x88" : "\x89"); }
  void put(std::int64_t whole) {
    if (whole >= std::numeric_limits<std::int32_t>::min() && whole <= std::numeric_limits<std::int32_t>::max()) {
      text("J");
      little_endian(static_cast<std::uint64_t>(whole), 4);
    } else {
      text("\x8a\x08");
      little_endian(static_cast<std::uint64_t>(whole), 8);
    }
  }
  void put(double number) {
    text("G");
    little_endian(__builtin_bswap64(std::bit_cast<std::uint64_t>(number)), 8);  // the one big-endian number of the format
  }
  void put(const std::string& words) {
    if (words.size() > std::numeric_limits<std::uint32_t>::max()) throw training_error("a text of more than 4 GiB fits no checkpoint");
    text("X");
    little_endian(words.size(), 4);
    text(words);
  }
  void put(const StoredValue::List& items) {
    text("](");
    for (const StoredValue& item : items) put(item);
    text("e");
  }
  void put(const StoredValue::Tuple& tuple) {
    text("(");
    for (const StoredValue& item : tuple.items) put(item);
    text("t");
  }
  void put(const StoredValue::Map& entries) { put_dict(entries); }
  void put(const StoredValue::IntMap& entries) { put_dict(entries); }

  template <class Entries>
  void put_dict(const Entries& entries) {
    text("}(");
    for (const auto& [key, item] : entries) {
      put(key);
      put(item);
    }
    text("u");
  }

  /// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks)
  void put(const TensorRef& tensor) {
    const Storage& storage = *tensor->storage;
    text("ctorch._utils\n_rebuild_tensor_v2\n((");
    put(std::string("storage"));
    text("ctorch\n");
    text(names_of(storage.type).storage);
    text("Storage\n");
    put(std::to_string(out_.storages.size()));
    put(std::string("cpu"));
    put(storage.count);
    text("tQ");
    put(tensor->offset);
    put(integers(tensor->shape));
    put(integers(tensor->strides));
    put(false);
    text("ccollections\nOrderedDict\n)RtR");
    out_.storages.push_back(tensor->storage);
  }
  static StoredValue::Tuple integers(const std::vector<std::int64_t>& numbers) {
    StoredValue::Tuple out;
    for (const std::int64_t number : numbers) out.items.push_back({number});
    return out;
  }

  void text(std::string_view bytes) { out_.bytes += bytes; }
  void little_endian(std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out_.bytes += static_cast<char>(number >> (8 * i) & 0xff);
  }

  Pickle out_;
};

}  // namespace

Pickle write_pickle(const StoredValue& value) { return Writer().write(value); }

}  // namespace pipeline
