// The only file that sees c10d's and gloo's types. gloo's headers may be of another version than the gloo within LibTorch: nothing here
// reads a gloo object, it only passes pointers on. check_sums() refuses a group that does not add.
#define USE_C10D_GLOO
#include "c10d.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include <ATen/Context.h>
#include <torch/types.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "pipeline/errors.h"

namespace pipeline::collective::c10d {

namespace {

using ::c10d::ProcessGroupGloo;

/// The longest time between two looks for a value of rank 0.
constexpr std::chrono::milliseconds longest_pause{50};

/// The first line of an exception of c10d, without its call stack.
std::string reason_of(const std::exception& error) {
  const std::string sentence = sentence_of(error);
  return sentence.substr(0, sentence.find('\n'));
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

/// The address by which this machine reaches `host`; empty if that cannot be told, or if `host` is this machine. No packet is sent.
std::string own_address_towards(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) return "";
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const int descriptor = ::socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) continue;
    sockaddr_storage own{};
    socklen_t size = sizeof(own);
    std::array<char, NI_MAXHOST> text{};
    const bool known =
        ::connect(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&own), size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0;
    ::close(descriptor);
    if (known) return is_loopback(text.data()) ? "" : text.data();
  }
  return "";
}

c10::intrusive_ptr<ProcessGroupGloo::Options> gloo_options(const Launch& launch, const std::string& interface,
                                                           std::chrono::milliseconds timeout) {
  auto options = ProcessGroupGloo::Options::create(timeout);
  const std::string& chosen = interface.empty() ? launch.interface : interface;
  if (!chosen.empty()) {
    options->devices.push_back(ProcessGroupGloo::createDeviceForInterface(chosen));
  } else if (const std::string own = own_address_towards(launch.master_address, launch.master_port); !own.empty()) {
    options->devices.push_back(ProcessGroupGloo::createDeviceForHostname(own));
  } else {
    options->devices.push_back(ProcessGroupGloo::createDefaultDevice());  // the address of the host name, else the loopback's
  }
  return options;
}

void refuse_gpu(const std::string& device) {
  if (device == "cpu" || (device == "auto" && !at::hasCUDA())) return;
  throw usage_error("C10d joins processes that train on CPUs: set device = \"cpu\", or start one process (device is \"" + device + "\")");
}

std::vector<std::uint8_t> bytes_of(const Value& value) {
  const std::string text = to_json(value);
  return {text.begin(), text.end()};
}

Value value_of(const std::vector<std::uint8_t>& bytes) {
  return from_json(std::string(bytes.begin(), bytes.end()), "another process's value");
}

}  // namespace

struct C10d::Group {
  c10::intrusive_ptr<::c10d::Store> store;
  c10::intrusive_ptr<ProcessGroupGloo> gloo;
};

template <class Exchange>
void C10d::with_others(const Exchange& exchange) const {
  try {
    exchange();
  } catch (const std::exception& error) {
    const std::string who = launch_.world == 2 ? "rank " + std::to_string(1 - launch_.rank) : "another rank";
    throw training_error("rank " + std::to_string(launch_.rank) + " of " + std::to_string(launch_.world) + " has lost " + who +
                         ", which has ended or cannot be reached; its own message tells why. Start all of them again, with --resume (" +
                         reason_of(error) + ")");
  }
}

C10d::C10d(const Options& options, const CollectiveContext& context)
    : launch_(context.launch), cancel_(context.cancel), group_(std::make_unique<Group>()) {
  refuse_gpu(context.device);
  const std::chrono::milliseconds timeout(static_cast<std::int64_t>(options.timeout * 1000));
  try {
    ::c10d::TCPStoreOptions store;
    store.port = launch_.master_port;
    store.isServer = !launch_.store_is_served && launch_.rank == 0;
    store.waitWorkers = false;  // the group's start waits for all
    store.timeout = timeout;
    group_->store = c10::make_intrusive<::c10d::PrefixStore>("pipeline/attempt_" + std::to_string(launch_.attempt),
                                                             c10::make_intrusive<::c10d::TCPStore>(launch_.master_address, store));
    group_->gloo = c10::make_intrusive<ProcessGroupGloo>(group_->store, launch_.rank, launch_.world,
                                                         gloo_options(launch_, options.interface, timeout));
  } catch (const std::exception& error) {
    throw training_error("rank " + std::to_string(launch_.rank) + " did not find the other " + std::to_string(launch_.world - 1) +
                         " that " + launch_.launcher + " started, at " + launch_.master_address + ":" +
                         std::to_string(launch_.master_port) + ": " + reason_of(error));
  }
  check_sums();
}

C10d::~C10d() = default;

void C10d::check_sums() {
  constexpr std::int64_t numbers = 1000;
  const torch::Tensor own = torch::arange(numbers, torch::kFloat64) * (launch_.rank + 1);
  torch::Tensor sum = own.clone(), first = own.clone();
  all_reduce({&sum, 1});
  broadcast({&first, 1}, 0);
  const double ranks = launch_.world * (launch_.world + 1) / 2.0;
  if (torch::equal(sum, torch::arange(numbers, torch::kFloat64) * ranks) && torch::equal(first, torch::arange(numbers, torch::kFloat64)))
    return;
  throw plugin_error(
      "C10d adds numbers wrongly, so it must not train: the gloo headers that it was built with do not fit this LibTorch; build it with "
      "others, or start one process");
}

void C10d::broadcast(std::span<at::Tensor> tensors, int from) {
  with_others([&] {
    ::c10d::BroadcastOptions options;
    options.rootRank = from;
    for (at::Tensor& tensor : tensors) {
      const at::Tensor filled = tensor.contiguous();
      std::vector<at::Tensor> one{filled};
      group_->gloo->broadcast(one, options)->wait();
      if (!filled.is_same(tensor)) tensor.copy_(filled);
    }
  });
}

void C10d::all_reduce(std::span<at::Tensor> tensors) {
  for (at::Tensor& tensor : tensors) sum_in_order(tensor);
}

/// Each rank gets a part of every rank's numbers, adds them in the order of ranks and sends its sums to all: as many bytes as a ring, in
/// two messages.
void C10d::sum_in_order(at::Tensor& tensor) {
  const std::int64_t world = launch_.world, numbers = tensor.numel(), part = (numbers + world - 1) / world;
  const at::Tensor padded = at::zeros({world * part}, tensor.options());
  padded.narrow(0, 0, numbers).copy_(tensor.reshape(-1));
  at::Tensor parts = at::empty({world * part}, tensor.options()), own = padded;
  with_others([&] {
    std::vector<std::int64_t> equal;
    group_->gloo->alltoall_base(parts, own, equal, equal)->wait();
  });
  const at::Tensor of_ranks = parts.view({world, part});
  at::Tensor sum = of_ranks[0].clone();
  for (std::int64_t rank = 1; rank < world; ++rank) sum.add_(of_ranks[rank]);
  at::Tensor sums = at::empty({world, part}, tensor.options());
  all_gather(sum, sums);
  tensor.copy_(sums.view(-1).narrow(0, 0, numbers).view(tensor.sizes()));
}

void C10d::all_gather(const at::Tensor& tensor, at::Tensor& all) {
  std::vector<at::Tensor> inputs{tensor.contiguous()};
  std::vector<std::vector<at::Tensor>> outputs{all.unbind(0)};
  with_others([&] { group_->gloo->allgather(outputs, inputs)->wait(); });
}

std::vector<Value> C10d::all_gather(const Value& value) {
  const std::vector<std::uint8_t> own = bytes_of(value);
  at::Tensor sizes = torch::empty({launch_.world}, torch::kInt64);
  all_gather(torch::tensor(static_cast<std::int64_t>(own.size())), sizes);
  const std::int64_t longest = sizes.max().item<std::int64_t>();
  const at::Tensor padded = at::zeros({longest}, torch::kUInt8);
  std::ranges::copy(own, padded.mutable_data_ptr<std::uint8_t>());
  at::Tensor all = at::empty({launch_.world, longest}, torch::kUInt8);
  all_gather(padded, all);
  std::vector<Value> values;
  for (std::int64_t rank = 0; rank < launch_.world; ++rank) {
    const auto* const first = all[rank].const_data_ptr<std::uint8_t>();
    values.push_back(value_of({first, first + sizes[rank].item<std::int64_t>()}));
  }
  return values;
}

Value C10d::share(const Value& value) {
  const std::string key = "share/" + std::to_string(shared_++);
  if (launch_.rank == 0) {
    with_others([&] { group_->store->set(key, bytes_of(value)); });
    return value;
  }
  Value given;
  with_others([&] {
    for (std::chrono::milliseconds pause{1}; !group_->store->check({key}) && cancel_.load() == 0;
         pause = std::min(2 * pause, longest_pause))
      std::this_thread::sleep_for(pause);
    if (cancel_.load() == 0) given = value_of(group_->store->get(key));
  });
  if (cancel_.load() != 0) throw Error(ExitStatus::interrupted, "interrupted while it waited for rank 0");
  return given;
}

void C10d::barrier() {
  at::Tensor all = at::empty({launch_.world});
  all_gather(at::zeros({}), all);
}

}  // namespace pipeline::collective::c10d
