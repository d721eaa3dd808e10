#include "pipeline/train/checkpoint.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <torch/nn.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <typeindex>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

using namespace pipeline;

namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("pipeline_checkpoint_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_bytes(const std::filesystem::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

State example() {
  return State::Map{
      {"epoch", 3},
      {"pytorch-lightning_version", "2.6.6"},
      {"nothing", State()},
      {"flags", State::List{true, false}},
      {"numbers",
       State::List{0, -1, 255, 65536, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0.1, -1e-300}},
      {"text", "Öl = \"oil\"\n"},
      {"empty", State::List{State::List{}, State::Tuple{}, State::Map{}, ""}},
      {"betas", State::Tuple{{0.9, 0.999}}},
      {"state", State::IntMap{{0, State::Map{{"step", torch::tensor(12.0F)}}}, {300, State::Map{{"step", torch::tensor(13.0F)}}}}},
      {"state_dict",
       State::Map{{"w", torch::arange(6, torch::kFloat).reshape({2, 3})}, {"b", torch::tensor({1.5, -2.5}, torch::kBFloat16)}}},
      {"kinds", State::List{torch::tensor({0.1}, torch::kDouble), torch::tensor({1, -2}, torch::kLong), torch::tensor({true, false}),
                            torch::empty({0, 4})}}};
}

void check_equal(const State& a, const State& b) {
  const auto form = [](const auto& content) { return std::type_index(typeid(content)); };
  REQUIRE((a.visit(form) == b.visit(form)));
  if (a.is_tensor()) {
    CHECK((a.as_tensor().scalar_type() == b.as_tensor().scalar_type()));
    CHECK(torch::equal(a.as_tensor(), b.as_tensor()));
  } else if (a.is_map()) {
    REQUIRE(a.as_map().size() == b.as_map().size());
    for (std::size_t i = 0; i < a.as_map().size(); ++i) {
      CHECK(a.as_map()[i].first == b.as_map()[i].first);
      check_equal(a.as_map()[i].second, b.as_map()[i].second);
    }
  } else if (a.is_int_map()) {
    REQUIRE(a.as_int_map().size() == b.as_int_map().size());
    for (const auto& [key, item] : a.as_int_map()) check_equal(item, b.as_int_map().at(key));
  } else if (a.is_list()) {
    REQUIRE(a.as_list().size() == b.as_list().size());
    for (std::size_t i = 0; i < a.as_list().size(); ++i) check_equal(a.as_list()[i], b.as_list()[i]);
  } else {
    CHECK(a.to_value() == b.to_value());
  }
}

std::string failure(const std::filesystem::path& file) {
  try {
    static_cast<void>(read_checkpoint(file));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    return error.what();
  }
  return "";
}

struct Head : torch::nn::Module {
  Head()
      : fc(register_module("fc", torch::nn::Linear(3, 2))),
        scale(register_parameter("scale", torch::ones({2}))),
        seen(register_buffer("seen", torch::zeros({1}))) {}
  torch::nn::Linear fc;
  torch::Tensor scale, seen;
};

}  // namespace

TEST_CASE("a checkpoint is read back as it was written") {
  const Folder folder;
  write_checkpoint(folder / "a.ckpt", example());
  check_equal(read_checkpoint(folder / "a.ckpt"), example());
}

TEST_CASE("a plain state_dict is read as a checkpoint with nothing else") {
  const Folder folder;
  write_checkpoint(folder / "weights.pt", State::Map{{"fc.weight", torch::ones({2})}});
  CHECK(torch::equal(read_checkpoint(folder / "weights.pt").at("state_dict").at("fc.weight").as_tensor(), torch::ones({2})));
}

TEST_CASE("the same content gives the same bytes, and nothing is left beside the file") {
  const Folder folder;
  write_checkpoint(folder / "deep/a.ckpt", example());
  write_checkpoint(folder / "deep/b.ckpt", example());
  CHECK(bytes_of(folder / "deep/a.ckpt") == bytes_of(folder / "deep/b.ckpt"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "deep"), {}) == 2);
}

TEST_CASE("a view is written with its own values only") {
  const Folder folder;
  const torch::Tensor large = torch::arange(100'000, torch::kFloat);
  write_checkpoint(folder / "view.ckpt",
                   State::Map{{"epoch", 1}, {"x", large.slice(0, 10, 13)}, {"t", large.slice(0, 0, 6).reshape({2, 3}).t()}});
  CHECK(std::filesystem::file_size(folder / "view.ckpt") < 5'000);
  const State back = read_checkpoint(folder / "view.ckpt");
  CHECK(torch::equal(back.at("x").as_tensor(), torch::tensor({10.0F, 11.0F, 12.0F})));
  CHECK(torch::equal(back.at("t").as_tensor(), large.slice(0, 0, 6).reshape({2, 3}).t()));
}

TEST_CASE("a disk that fills up while a checkpoint is written is an error of status 1, and the old file stays") {
  const Folder folder;
  write_checkpoint(folder / "a.ckpt", State::Map{{"epoch", 1}});
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 2000, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::optional<ExitStatus> status;
  std::string message;
  try {
    write_checkpoint(folder / "a.ckpt", example());
  } catch (const Error& error) {
    status = error.status();
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(status == ExitStatus::unexpected);
  CHECK(message.find("a.ckpt") != std::string::npos);
  CHECK(read_checkpoint(folder / "a.ckpt").at("epoch").as_int() == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
}

TEST_CASE("a checkpoint that is cut short anywhere is named and refused") {
  const Folder folder;
  write_checkpoint(folder / "a.ckpt", example());
  const std::string whole = bytes_of(folder / "a.ckpt");
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    put_bytes(folder / "cut.ckpt", whole.substr(0, length));
    CHECK(failure(folder / "cut.ckpt").starts_with("checkpoint " + (folder / "cut.ckpt").string() + ": "));
  }
}

TEST_CASE("a flipped bit is noticed, or changes nothing") {
  const Folder folder;
  write_checkpoint(folder / "a.ckpt", example());
  const std::string whole = bytes_of(folder / "a.ckpt");
  int noticed = 0;
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    put_bytes(folder / "flipped.ckpt", flipped);
    try {
      check_equal(read_checkpoint(folder / "flipped.ckpt"), example());  // padding, dates and similar bytes carry no content
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::training);
      ++noticed;
    }
  }
  CHECK(noticed > 100);
}

TEST_CASE("other files are refused with a reason") {
  const Folder folder;
  put_bytes(folder / "text.ckpt", "not a checkpoint");
  CHECK(failure(folder / "text.ckpt").ends_with("it is no checkpoint in the format of torch.save, or it is cut short"));
  CHECK(failure(folder / "absent.ckpt").ends_with("it cannot be opened: No such file or directory"));
  for (const char* name : {"pipe.ckpt", "pipe.safetensors"}) {  // reading one waits for a writer
    REQUIRE(::mkfifo((folder / name).c_str(), 0600) == 0);
    CHECK(failure(folder / name).starts_with("checkpoint " + (folder / name).string() + ": it "));
  }
}

TEST_CASE("weights come in PyTorch's order and are copied back") {
  torch::manual_seed(1);
  const Head model;
  const State weights = model_state(model);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights.as_map()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"scale", "seen", "fc.weight", "fc.bias"});
  torch::manual_seed(2);
  Head other;
  REQUIRE_FALSE(torch::equal(other.fc->weight, model.fc->weight));
  load_model_state(other, weights, "test");
  CHECK(torch::equal(other.fc->weight, model.fc->weight));
  CHECK(other.fc->weight.requires_grad());
}

TEST_CASE("every weight that does not fit is named") {
  Head model;
  const State wrong(State::Map{{"fc.weight", torch::zeros({2, 4})},
                               {"fc.bias", torch::zeros({2})},
                               {"seen", torch::zeros({1})},
                               {"lstm.weight", torch::zeros({1})}});
  try {
    load_model_state(model, wrong, "checkpoint x.ckpt");
    FAIL("wrong weights were taken");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(error.status() == ExitStatus::training);
    CHECK(message.find("checkpoint x.ckpt: its weights do not fit") == 0);
    CHECK(message.find("'scale' [2] is missing") != std::string::npos);
    CHECK(message.find("'fc.weight' is [2, 4] where the model has [2, 3]") != std::string::npos);
    CHECK(message.find("'lstm.weight' is unknown to the model") != std::string::npos);
  }
}

TEST_CASE("a checkpoint's facts about its model are restored") {
  CheckpointInfo info;
  info.model_type = "LSTMModel";
  info.model_options = Value::Map{{"hidden_size", 16}};
  info.window = 60;
  info.horizon = 24;
  info.window_norm = WindowNorm::last;
  info.shape = {
      .window = 60, .horizon = 24, .features = 2, .targets = 1, .feature_names = {"a", "b"}, .target_names = {"b"}, .target_columns = {1}};
  const CheckpointInfo back = CheckpointInfo::from_value(info.to_value());
  CHECK(back.to_value() == info.to_value());
  CHECK(back.shape.features == 2);
  CHECK_FALSE(back.series.has_value());
}

TEST_CASE("a checkpoint names what its model reads of the horizon and of a series, if there is something") {
  CheckpointInfo info;
  info.model_type = "LSTMModel";
  info.window = 60;
  info.horizon = 24;
  info.shape = {
      .window = 60, .horizon = 24, .features = 2, .targets = 1, .feature_names = {"a", "b"}, .target_names = {"b"}, .target_columns = {1}};
  const Value plain = info.to_value();
  CHECK(plain.as_map().size() == 8);
  info.shape.future_names = {"a", "promo"};
  info.shape.future_columns = {0, -1};
  info.shape.static_names = {"size"};
  info.shape.past_code_counts = {3};
  info.shape.future_code_counts = {4, 5};
  info.shape.static_code_counts = {6};
  const Value known = info.to_value();
  const ModelShape back = CheckpointInfo::from_value(known).shape;
  CHECK(back.future_names == info.shape.future_names);
  CHECK(back.future_columns == info.shape.future_columns);
  CHECK(back.static_names == info.shape.static_names);
  CHECK(back.past_code_counts == info.shape.past_code_counts);
  CHECK(back.future_code_counts == info.shape.future_code_counts);
  CHECK(back.static_code_counts == info.shape.static_code_counts);

  const auto refuses = [&](const char* key, Value::List list) {
    Value damaged = known;
    damaged[key] = std::move(list);
    CHECK_THROWS_WITH_AS(static_cast<void>(CheckpointInfo::from_value(damaged)),
                         "its window, horizon, features and targets do not agree with each other", Error);
  };
  refuses("future_columns", {0});
  refuses("future_columns", {0, 2});
  refuses("static_code_counts", {0});
  refuses("past_code_counts", {4'000'000'000});
}

TEST_CASE("a checkpoint whose window_norm is unknown is damaged or of another version") {
  const Folder folder;
  Value info(Value::Map{{"model", "LSTMModel"},
                        {"options", Value::Map{}},
                        {"window", 4},
                        {"horizon", 1},
                        {"window_norm", "first"},
                        {"features", Value::List{"a"}},
                        {"targets", Value::List{"a"}},
                        {"target_columns", Value::List{0}}});
  write_checkpoint(folder / "later.ckpt", State::Map{{"pipeline", State(info)}, {"state_dict", State::Map{}}});
  const Registry registry;
  CHECK_THROWS_WITH_AS(static_cast<void>(load_model(folder / "later.ckpt", registry, torch::kCPU)),
                       doctest::Contains("its entry 'pipeline' is damaged or of another version: window_norm takes one of none, last, "
                                         "standard, mean_abs, got \"first\""),
                       Error);
}

TEST_CASE("a checkpoint of another program is refused where the model must be known") {
  const Folder folder;
  write_checkpoint(folder / "foreign.ckpt", State::Map{{"state_dict", State::Map{}}});
  const Registry registry;
  try {
    static_cast<void>(load_model(folder / "foreign.ckpt", registry, torch::kCPU));
    FAIL("a model came from nowhere");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    CHECK(std::string(error.what()).find("it has no entry 'pipeline'") != std::string::npos);
  }
}
