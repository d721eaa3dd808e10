#include "config/node.h"

#include <algorithm>

namespace pipeline {

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_string(const Mistake& mistake) { return to_string(mistake.place) + ": " + mistake.message; }

std::string to_string(const Origin& origin) {
  switch (origin.kind) {
    case Origin::Kind::component_default:
      return "default";
    case Origin::Kind::shared_table:
      return to_string(origin.place);
    case Origin::Kind::own_table:
      return origin.giver + " at " + to_string(origin.place);
    case Origin::Kind::command_line:
      return "--set";
    case Origin::Kind::search:
      return origin.giver;
  }
  return {};
}

bool Node::is_string() const {
  const Value* scalar = std::get_if<Value>(&content);
  return scalar && scalar->is_string();
}

const Node* Node::find(std::string_view name) const {
  const Table* members = std::get_if<Table>(&content);
  if (!members) return nullptr;
  const auto found = std::ranges::find(*members, name, &Table::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

Node* Node::find(std::string_view name) { return const_cast<Node*>(std::as_const(*this).find(name)); }

void Node::for_each(const std::function<void(Node&)>& visit) {
  visit(*this);
  if (is_table()) {
    for (auto& [name, member] : table()) member.for_each(visit);
  } else if (is_list()) {
    for (Node& item : list()) item.for_each(visit);
  }
}

std::string Node::text(std::string_view name) const {
  const Node* member = find(name);
  return member ? member->text() : std::string();
}

std::string Node::text() const { return is_string() ? std::get<Value>(content).as_string() : std::string(); }

Value Node::to_value() const {
  if (is_list()) {
    Value::List out;
    for (const Node& item : list()) out.push_back(item.to_value());
    return out;
  }
  if (is_table()) {
    Value::Map out;
    for (const auto& [name, member] : table()) out[name] = member.to_value();
    return out;
  }
  return std::get<Value>(content);
}

Node merge(const Node& base, const Node& top) {
  if (!base.is_table() || !top.is_table()) return base.is_set() && !top.is_set() ? base : top;
  const std::string base_type = base.text("type"), top_type = top.text("type");
  if (!base_type.empty() && !top_type.empty() && base_type != top_type) return top;
  Node merged = base;
  merged.key = top.key;
  merged.place = top.place;
  merged.via = top.via;
  for (const auto& [name, member] : top.table()) {
    if (Node* below = merged.find(name)) {
      *below = merge(*below, member);
    } else {
      merged.table().emplace_back(name, member);
    }
  }
  return merged;
}

Origin origin_of(const Node& node) {
  if (node.is_set()) return {.kind = Origin::Kind::command_line};
  if (node.via.empty()) return {.kind = Origin::Kind::shared_table, .place = node.place};
  return {.kind = Origin::Kind::own_table, .place = node.place, .giver = node.via};
}

}  // namespace pipeline
