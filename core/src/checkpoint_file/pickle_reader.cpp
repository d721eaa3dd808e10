#include "checkpoint_file/pickle_reader.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint_file/pickle_objects.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

using namespace pickle;

Error broken(const std::string& what) { return training_error("the file is damaged: its pickle " + what); }

/// The bytes of the pickle, read from front to back.
class Cursor {
 public:
  explicit Cursor(std::span<const unsigned char> bytes) : left_(bytes) {}

  std::span<const unsigned char> take(std::uint64_t count) {
    if (count > left_.size()) throw broken("ends too early");
    const auto out = left_.first(count);
    left_ = left_.subspan(count);
    return out;
  }
  std::string text(std::uint64_t count) {
    const auto bytes = take(count);
    return {bytes.begin(), bytes.end()};
  }
  std::string line() {
    const auto end = std::ranges::find(left_, static_cast<unsigned char>('\n'));
    if (end == left_.end()) throw broken("ends too early");
    std::string out(left_.begin(), end);
    left_ = left_.subspan(out.size() + 1);
    return out;
  }
  /// Little-endian, of 1 to 8 bytes.
  std::uint64_t number(std::uint64_t size) {
    std::uint64_t out = 0;
    for (std::size_t shift = 0; const unsigned char byte : take(size)) out |= std::uint64_t{byte} << std::exchange(shift, shift + 8);
    return out;
  }
  std::uint8_t byte() { return take(1)[0]; }

 private:
  std::span<const unsigned char> left_;
};

class Machine {
 public:
  Machine(std::span<const unsigned char> bytes, const LoadStorage& load) : size_(bytes.size()), in_(bytes), builder_(load) {}

  StoredValue run() {
    while (true) {
      const std::uint8_t op = in_.byte();
      if (op == '.') return copy_of(*pop(), size_);
      step(op);
      // Every operation adds at most one entry, so this check bounds the memory for a pickle of a few bytes an entry.
      if (objects_.size() + stack_.size() + marks_.size() + memo_.size() > 4 * most_objects)
        throw training_error("it holds more than " + std::to_string(most_objects) + " entries");
    }
  }

 private:
  void step(std::uint8_t op) {
    if (!constant(op) && !container(op) && !memory(op) && !construct(op))
      throw training_error("its pickle uses an operation that no checkpoint needs (" + std::to_string(op) + "); nothing of it was run");
  }

  bool constant(std::uint8_t op) {
    switch (op) {
      case 'N':
        return push(std::monostate{});
      case 0x88:
        return push(true);
      case 0x89:
        return push(false);
      case 'J':
        return push(std::int64_t{static_cast<std::int32_t>(in_.number(4))});
      case 'K':
        return push(static_cast<std::int64_t>(in_.number(1)));
      case 'M':
        return push(static_cast<std::int64_t>(in_.number(2)));
      case 0x8a:
        return push(long_integer(in_.byte()));
      case 'G':
        return push(big_endian_double());
      case 'X':
        return push(in_.text(in_.number(4)));
      case 'U':
      case 0x8c:
        return push(in_.text(in_.number(1)));
      default:
        return false;
    }
  }

  bool container(std::uint8_t op) {
    switch (op) {
      case '(':
        return marks_.push_back(stack_.size()), true;
      case '}':
        return push(Dict{});
      case ']':
        return push(List{});
      case ')':
        return push(Tuple{});
      case 't':
        return push(Tuple{pop_to_mark()});
      case 0x85:
        return push(Tuple{pop_last(1)});
      case 0x86:
        return push(Tuple{pop_last(2)});
      case 0x87:
        return push(Tuple{pop_last(3)});
      case 'a':
        return append(pop_last(1));
      case 'e':
        return append(pop_to_mark());
      case 's':
        return set_items(pop_last(2));
      case 'u':
        return set_items(pop_to_mark());
      default:
        return false;
    }
  }

  bool memory(std::uint8_t op) {
    switch (op) {
      case 0x80:
        return check_protocol(in_.byte());
      case 'q':
        return memo_.insert_or_assign(in_.number(1), top()), true;
      case 'r':
        return memo_.insert_or_assign(in_.number(4), top()), true;
      case 'h':
        return recall(in_.number(1));
      case 'j':
        return recall(in_.number(4));
      default:
        return false;
    }
  }

  bool construct(std::uint8_t op) {
    switch (op) {
      case 'c': {
        std::string module = in_.line();
        return push(allowed_global(std::move(module) + "." + in_.line()));
      }
      case 'Q':
        return push(builder_.storage(*pop()));
      case 'R': {
        const Object* arguments = pop();
        return push(builder_.call(*pop(), *arguments));
      }
      case 'b':  // attributes of an OrderedDict (a module's _metadata) are not needed
        static_cast<void>(pop());
        static_cast<void>(expect<Dict>(*top(), "attributes of something that is no dict"));
        return true;
      default:
        return false;
    }
  }

  static bool check_protocol(std::uint8_t protocol) {
    if (protocol > 5) throw broken("has an unknown protocol");
    return true;
  }

  std::int64_t long_integer(std::uint64_t size) {
    if (size > 8) throw training_error("it holds an integer of more than 64 bits");
    if (size == 0) return 0;
    const std::uint64_t unused = 64 - 8 * size;  // sign-extends
    return static_cast<std::int64_t>(in_.number(size) << unused) >> unused;
  }

  double big_endian_double() {
    std::uint64_t bits = 0;
    for (const unsigned char byte : in_.take(8)) bits = bits << 8 | byte;
    return std::bit_cast<double>(bits);
  }

  bool push(Object object) {
    objects_.push_back(std::move(object));
    stack_.push_back(&objects_.back());
    return true;
  }

  [[nodiscard]] std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Object* top() {
    if (available() == 0) throw broken("takes from an empty stack");
    return stack_.back();
  }
  Object* pop() {
    Object* out = top();
    stack_.pop_back();
    return out;
  }
  std::vector<Object*> pop_last(std::size_t count) {
    if (available() < count) throw broken("takes from an empty stack");
    std::vector<Object*> out(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return out;
  }
  std::vector<Object*> pop_to_mark() {
    if (marks_.empty()) throw broken("misses a mark");
    auto out = pop_last(available());
    marks_.pop_back();
    return out;
  }

  bool append(const std::vector<Object*>& items) {
    auto& list = expect<List>(*top(), "items of something that is no list").items;
    list.insert(list.end(), items.begin(), items.end());
    return true;
  }

  bool set_items(const std::vector<Object*>& items) {
    if (items.size() % 2 != 0) throw broken("has a key without a value");
    auto& dict = expect<Dict>(*top(), "entries of something that is no dict").items;
    for (std::size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
    return true;
  }

  bool recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) throw broken("recalls what was not kept");
    stack_.push_back(found->second);
    return true;
  }

  std::size_t size_;  // of the pickle in bytes
  Cursor in_;
  TensorBuilder builder_;
  std::deque<Object> objects_;  // owns all objects: pointers stay valid, and destruction is never recursive
  std::vector<Object*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Object*> memo_;
};

}  // namespace

StoredValue read_pickle(std::span<const unsigned char> bytes, const LoadStorage& load_storage) {
  return Machine(bytes, load_storage).run();
}

}  // namespace pipeline
