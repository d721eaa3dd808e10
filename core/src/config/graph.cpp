#include "config/graph.h"

#include <algorithm>
#include <optional>

#include "pipeline/data/text.h"

namespace pipeline {

namespace {

bool is_given(const Value& value) {
  if (value.is_null() || value == Value(false) || value == Value("")) return false;
  return !(value.is_list() && value.as_list().empty()) && !(value.is_map() && value.as_map().empty());
}

class Graph {
 public:
  Graph(CheckContext& context, std::vector<GraphStage>& stages) : context_(context), stages_(stages), before_(stages.size()) {
    for (const GraphStage& stage : stages_) {
      names_.push_back(stage.plan.name);
      complete_ = complete_ && stage.info;
    }
  }

  void connect() {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      check_input_kinds(i);
      if (stages_[i].info) {
        for (const Port& port : stages_[i].info->inputs) connect_port(i, port);
      }
      add_needs(i);
    }
  }

  /// Indices of the stages in execution order; a cycle is a mistake and is cut at its first stage.
  [[nodiscard]] std::vector<std::size_t> order() {
    std::vector<std::size_t> done;
    std::vector<bool> placed(stages_.size());
    const auto ready = [&](std::size_t i) {
      return !placed[i] && std::ranges::all_of(before_[i], [&](std::size_t b) { return placed[b]; });
    };
    while (done.size() < stages_.size()) {
      std::size_t next = 0;
      while (next < stages_.size() && !ready(next)) ++next;
      if (next == stages_.size()) next = report_circle(placed);
      placed[next] = true;
      done.push_back(next);
    }
    return done;
  }

 private:
  [[nodiscard]] bool gives(std::size_t stage, const std::string& kind) const {
    return stages_[stage].info && std::ranges::find(stages_[stage].info->outputs, kind) != stages_[stage].info->outputs.end();
  }

  [[nodiscard]] std::vector<std::size_t> producers(const std::string& kind, std::size_t consumer) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (i != consumer && gives(i, kind)) found.push_back(i);
    }
    return found;
  }

  [[nodiscard]] std::vector<std::string> names_of(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> names;
    for (const std::size_t i : indices) names.push_back(names_[i]);
    return names;
  }

  /// `inputs = { kind = ... }` may name only kinds that the stage takes.
  void check_input_kinds(std::size_t i) {
    const Node* inputs = stages_[i].node->find("inputs");
    if (!stages_[i].info || !inputs || !inputs->is_table()) return;
    std::vector<std::string> kinds;
    for (const Port& port : stages_[i].info->inputs) kinds.push_back(port.kind);
    for (const auto& [kind, named] : inputs->table()) {
      if (std::ranges::find(kinds, kind) != kinds.end()) continue;
      const std::string cure = kinds.empty() ? "; it takes no input" : suggest(kind, kinds);
      context_.mistake(named.key, "stage " + in_quotes(names_[i]) + " takes no " + in_quotes(kind) + cure);
    }
  }

  void connect_port(std::size_t i, const Port& port) {
    StagePlan& plan = stages_[i].plan;
    const Node* inputs = stages_[i].node->find("inputs");
    const Node* named = inputs ? inputs->find(port.kind) : nullptr;
    if (!port.unless_set.empty() && !named) {
      if (const Value* option = plan.options.find(port.unless_set); option && is_given(*option)) return;
    }
    if (!port.only_if.empty() && !named) {
      const Value* option = plan.options.find(port.only_if);
      if (!option || !is_given(*option)) return;
    }
    const std::vector<std::size_t> from = named ? chosen(i, port, *named) : found(i, port);
    for (const std::size_t producer : from) {
      plan.sources.push_back({port.kind, names_[producer]});
      before_[i].push_back(producer);
    }
  }

  /// The producers that the stage names, in the order of the file.
  std::vector<std::size_t> chosen(std::size_t i, const Port& port, const Node& named) {
    std::vector<std::size_t> picked;
    for (const Node& name : named.items()) {
      if (auto producer = producer_named(i, port, name)) picked.push_back(*producer);
    }
    std::ranges::sort(picked);
    picked.erase(std::unique(picked.begin(), picked.end()), picked.end());
    if (!port.many && picked.size() > 1) {
      context_.mistake(named.place, "stage " + in_quotes(names_[i]) + " takes one " + port.kind + ", not several");
    }
    return picked;
  }

  std::optional<std::size_t> producer_named(std::size_t i, const Port& port, const Node& name) {
    if (!name.is_string()) return std::nullopt;
    const auto found = std::ranges::find(names_, name.text());
    const std::vector<std::string> givers = names_of(producers(port.kind, i));
    const auto refuse = [&](const std::string& message) {
      context_.mistake(name.place, message);
      return std::nullopt;
    };
    if (found == names_.end())
      return refuse("no stage is named " + in_quotes(name.text()) + suggest(name.text(), givers.empty() ? names_ : givers));
    const auto index = static_cast<std::size_t>(found - names_.begin());
    if (index == i) return refuse("stage " + in_quotes(names_[i]) + " cannot take its own " + port.kind);
    if (!stages_[index].info || gives(index, port.kind)) return index;
    return refuse("stage " + in_quotes(names_[index]) + " gives no " + port.kind +
                  (givers.empty() ? "" : "; " + join_names(givers) + (givers.size() > 1 ? " do" : " does")));
  }

  std::vector<std::size_t> found(std::size_t i, const Port& port) {
    std::vector<std::size_t> all = producers(port.kind, i);
    if (!port.many) std::erase_if(all, [&](std::size_t p) { return is_for_another(p, i); });
    if (all.empty() && port.optional) return {};
    const std::string stage = "stage " + in_quotes(names_[i]);
    if (all.empty()) {
      if (complete_)
        context_.mistake(stages_[i].plan.place, stage + " needs " + port.kind + ", which no stage gives" + cure_for(port.kind, i));
    } else if (!port.many && all.size() > 1) {
      const std::vector<std::string> givers = names_of(all);
      context_.mistake(stages_[i].plan.place, stage + " takes one " + port.kind + ", but " + join_names(givers) +
                                                  " give one each: choose with inputs = { " + port.kind + " = " +
                                                  in_quotes(givers.front()) + " }");
      return {};
    }
    return all;
  }

  /// Whether a producer names another stage as the recipient of its outputs.
  [[nodiscard]] bool is_for_another(std::size_t producer, std::size_t consumer) const {
    const Value* recipient = stages_[producer].plan.options.find(stages_[producer].info->recipient);
    return recipient && is_given(*recipient) && *recipient != Value(names_[consumer]);
  }

  /// The end of a sentence about a kind that no stage gives: suggests the stage to add.
  [[nodiscard]] std::string cure_for(const std::string& kind, std::size_t i) const {
    std::vector<std::string> types;
    for (const ComponentInfo* info : context_.registry.list("stage")) {
      if (info != stages_[i].info && std::ranges::find(info->outputs, kind) != info->outputs.end())
        types.push_back("[stages." + info->name + "]");
    }
    if (types.empty()) return ", and no plugin has a stage that does";
    return types.size() == 1 ? ": add " + types.front() : ": add one of " + join_names(types);
  }

  void add_needs(std::size_t i) {
    const Node* needs = stages_[i].node->find("needs");
    if (!needs) return;
    for (const Node& name : needs->items()) {
      if (!name.is_string()) continue;
      const auto found = std::ranges::find(names_, name.text());
      if (found == names_.end()) {
        context_.mistake(name.place, "no stage is named " + in_quotes(name.text()) + suggest(name.text(), names_));
      } else if (name.text() == names_[i]) {
        context_.mistake(name.place, "stage " + in_quotes(names_[i]) + " cannot need itself");
      } else {
        before_[i].push_back(static_cast<std::size_t>(found - names_.begin()));
      }
    }
  }

  /// Every unplaced stage waits for another unplaced stage: following them leads into a cycle. Returns its first stage.
  std::size_t report_circle(const std::vector<bool>& placed) {
    std::vector<std::size_t> path{static_cast<std::size_t>(std::ranges::find(placed, false) - placed.begin())};
    while (true) {
      const std::size_t next = *std::ranges::find_if(before_[path.back()], [&](std::size_t b) { return !placed[b]; });
      if (const auto seen = std::ranges::find(path, next); seen != path.end()) {
        path.erase(path.begin(), seen);
        break;
      }
      path.push_back(next);
    }
    std::ranges::reverse(path);  // from producer to consumer
    std::ranges::rotate(path, std::ranges::min_element(path));
    std::string text;
    for (const std::size_t i : path) text += names_[i] + " -> ";
    context_.mistake(stages_[path.front()].plan.place,
                     "stages wait for each other: " + text + names_[path.front()] + "; choose other inputs or needs");
    return path.front();
  }

  CheckContext& context_;
  std::vector<GraphStage>& stages_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::size_t>> before_;  ///< by stage: those that must be done before it
  bool complete_ = true;                          ///< every type is known, so a missing producer is really missing
};

}  // namespace

std::vector<GraphStage> order_stages(CheckContext& context, std::vector<GraphStage> stages) {
  Graph graph(context, stages);
  graph.connect();
  std::vector<GraphStage> ordered;
  for (const std::size_t i : graph.order()) ordered.push_back(std::move(stages[i]));
  return ordered;
}

}  // namespace pipeline
