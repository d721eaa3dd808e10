#include "checkpoint/pickle_writer.h"

#include <bit>
#include <limits>
#include <string_view>

#include "checkpoint/pickle_objects.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

class Writer {
 public:
  Pickle write(const State& state) {
    text("\x80\x02");
    put(state);
    text(".");
    return std::move(out_);
  }

 private:
  void put(const State& state) {
    state.visit([this](const auto& content) { put(content); });
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
  void put(const State::List& items) {
    text("](");
    for (const State& item : items) put(item);
    text("e");
  }
  void put(const State::Tuple& tuple) {
    text("(");
    for (const State& item : tuple.items) put(item);
    text("t");
  }
  void put(const State::Map& entries) { put_dict(entries); }
  void put(const State::IntMap& entries) { put_dict(entries); }

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
  void put(const torch::Tensor& tensor) {
    torch::Tensor plain = tensor.detach().cpu().contiguous();
    if (plain.storage_offset() != 0 || plain.storage().nbytes() != plain.nbytes()) plain = plain.clone();
    text("ctorch._utils\n_rebuild_tensor_v2\n((");
    put(std::string("storage"));
    text("ctorch\n" + pickle::storage_class(plain.scalar_type()) + "\n");
    put(std::to_string(out_.storages.size()));
    put(std::string("cpu"));
    put(plain.numel());
    text("tQ");
    put(std::int64_t{0});
    put(integers(plain.sizes()));
    put(integers(plain.strides()));
    put(false);
    text("ccollections\nOrderedDict\n)RtR");
    out_.storages.push_back(std::move(plain));
  }
  static State::Tuple integers(torch::IntArrayRef sizes) { return {State::List(sizes.begin(), sizes.end())}; }

  void text(std::string_view bytes) { out_.bytes += bytes; }
  void little_endian(std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out_.bytes += static_cast<char>(number >> (8 * i) & 0xff);
  }

  Pickle out_;
};

}  // namespace

Pickle write_pickle(const State& state) { return Writer().write(state); }

}  // namespace pipeline
