#include "config/workflow.h"

#include "fuzz/reading.h"
#include "pipeline/options.h"

using namespace pipeline;

namespace {

/// An option of each type.
struct EveryOption {
  bool flag = false;
  std::int64_t whole = 1;
  double real = 1;
  std::string word = "a", file, secret;
  std::vector<std::string> columns, time;
  std::vector<std::int64_t> counts;
  Value any;

  static constexpr auto options() {
    return option_list<EveryOption>(
        option("flag", &EveryOption::flag, "."), option("whole", &EveryOption::whole, ".").at_least(1).search(1, 9),
        option("real", &EveryOption::real, ".").above(0).search_log(1e-3, 1), option("word", &EveryOption::word, ".").choices({"a", "b"}),
        option("file", &EveryOption::file, ".").role(OptionRole::input_path), option("secret", &EveryOption::secret, ".").secret(),
        option("columns", &EveryOption::columns, ".").role(OptionRole::column),
        option("time", &EveryOption::time, ".").role(OptionRole::time_column), option("counts", &EveryOption::counts, "."),
        option("any", &EveryOption::any, ".").number());
  }
};

struct SearchOptions {
  Value search = Value::Map{}, search_order = Value::List{}, enqueue = Value::List{};

  static constexpr auto options() {
    return option_list<SearchOptions>(option("search", &SearchOptions::search, ".").role(OptionRole::search_space).required(),
                                      option("search_order", &SearchOptions::search_order, "."),
                                      option("enqueue", &SearchOptions::enqueue, "."));
  }
};

ComponentInfo component(std::string kind, std::string name) {
  return {.kind = std::move(kind), .name = std::move(name), .summary = ".", .schema = make_schema<EveryOption>()};
}

void fill(Registry& registry) {
  std::deque<Registry::Entry> entries;
  ComponentInfo slice = component("stage", "slice_windows"), train = component("stage", "train");
  slice.outputs = {"windows"};
  train.inputs = {{.kind = "windows"}};
  train.outputs = {"checkpoint"};
  train.tables = {"model", "optimizer", "trainer", "callbacks", "loggers"};
  ComponentInfo optimize = train;
  optimize.name = "optimize";
  optimize.schema = make_schema<SearchOptions>();
  optimize.outputs = {"study"};
  for (const ComponentInfo& info : {slice, train, optimize, component("model", "M"), component("optimizer", "Adam"),
                                    component("callback", "C"), component("logger", "L"), component("table", "trainer")})
    entries.push_back({info, nullptr});
  registry.commit(std::move(entries));
}

const Registry& components() {
  static const Registry& registry = []() -> Registry& {
    static Registry made;
    fill(made);
    return made;
  }();
  return registry;
}

}  // namespace

/// A workflow: read, checked, and where it has no mistake written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile input("workflow.toml");
  const std::string_view text = fuzz::text_of(data, size);
  if (text.find("extends") != std::string_view::npos) return 0;  // reads other files of this machine
  fuzz::read_or_refuse([&] {
    const CheckedWorkflow checked = check_workflow(read_workflow({.file = input.write(text), .sets = {}}), components());
    if (!checked.mistakes.empty()) return;
    const std::string written = to_toml_text(checked.workflow);
    const CheckedWorkflow again = check_workflow(read_workflow({.file = input.write(written), .sets = {}}), components());
    if (!again.mistakes.empty()) {
      std::cerr << "what was written has a mistake: " << again.mistakes.front().message << '\n' << written;
      std::abort();
    }
  });
  return 0;
}
