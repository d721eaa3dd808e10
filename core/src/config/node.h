#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/workflow.h"
#include "pipeline/value.h"

namespace pipeline {

/// A part of the workflow as written: a scalar, a list or a table that keeps its order, with its place.
struct Node {
  using List = std::vector<Node>;
  using Table = std::vector<std::pair<std::string, Node>>;

  Place key;        ///< of its name; in a list the same as `place`
  Place place;      ///< of its value; of a table its name
  std::string via;  ///< the stage's own table that contains it ("stages.train_cnn.model"), set while tables are merged
  std::variant<Value, List, Table> content{};

  [[nodiscard]] bool is_table() const { return std::holds_alternative<Table>(content); }
  [[nodiscard]] bool is_list() const { return std::holds_alternative<List>(content); }
  [[nodiscard]] bool is_string() const;
  /// Whether it is from the command line, which overrides all files.
  [[nodiscard]] bool is_set() const { return place.line == 0; }
  [[nodiscard]] const Table& table() const { return std::get<Table>(content); }
  [[nodiscard]] Table& table() { return std::get<Table>(content); }
  [[nodiscard]] const List& list() const { return std::get<List>(content); }
  [[nodiscard]] List& list() { return std::get<List>(content); }
  /// The items of a list; for anything else the node itself.
  [[nodiscard]] std::span<const Node> items() const { return is_list() ? std::span<const Node>(list()) : std::span<const Node>(this, 1); }

  /// The member of a table; nullptr if there is none or this is no table.
  [[nodiscard]] const Node* find(std::string_view name) const;
  [[nodiscard]] Node* find(std::string_view name);
  /// Visits the node and everything below it.
  void for_each(const std::function<void(Node&)>& visit);
  /// The text of a string member; empty if it is missing or no string.
  [[nodiscard]] std::string text(std::string_view name) const;
  /// The text of this string; empty for anything else.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Value to_value() const;
};

/// `top` over `base`, key by key; lists are replaced, and so is a table whose `type` differs. Values of --set stay on top.
[[nodiscard]] Node merge(const Node& base, const Node& top);
/// The origin of a written value.
[[nodiscard]] Origin origin_of(const Node& node);

}  // namespace pipeline
