#include "config/document.h"

#include <algorithm>
#include <system_error>

#include "config/environment.h"
#include "config/overrides.h"
#include "config/reader.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"
#include "pipeline/stage.h"

namespace pipeline {

namespace fs = std::filesystem;

namespace {

/// The end of a sentence about a missing file: suggests the nearest name in its folder.
std::string nearest_file(const fs::path& missing) {
  std::vector<std::string> names;
  std::error_code ignored;  // no suggestion from an unreadable folder
  for (fs::directory_iterator entry(missing.parent_path(), ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (entry->path().extension() == ".toml") names.push_back(entry->path().filename().string());
  }
  return did_you_mean(missing.filename().string(), names);
}

std::string read_workflow_text(const fs::path& file, const std::string& display, const std::string& blame) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) throw usage_error(blame + "no workflow file " + file.string() + nearest_file(file));
  if (fs::is_directory(status)) throw usage_error(blame + display + " is a folder; name the workflow's .toml file");
  if (!fs::is_regular_file(status)) throw usage_error(blame + display + " is no regular file");
  try {
    return read_text(file);
  } catch (const Error& unreadable) {
    throw usage_error(blame + unreadable.what());
  }
}

Node read_tree(Document::Impl& document, const fs::path& file, const std::string& display, const std::string& blame);

/// The tree of the file that `extends` names.
Node read_base(Document::Impl& document, const Node& extends) {
  const std::string blame = to_string(extends.place) + ": ";
  if (!extends.is_string()) throw usage_error(blame + "extends takes the name of one workflow file, as in extends = \"base.toml\"");
  std::vector<Mistake> unset;
  const std::string name = expand_environment(extends.text(), extends.place, unset);
  if (!unset.empty()) throw usage_error(to_string(unset.front()));
  const fs::path base = document.resolve(name, extends.place);
  if (const auto seen = std::ranges::find(document.files, base); seen != document.files.end()) {
    std::string circle;
    for (auto at = seen; at != document.files.end(); ++at) circle += at->filename().string() + " -> ";
    throw usage_error(blame + "the files extend each other in a circle: " + circle + base.filename().string());
  }
  return read_tree(document, base, (fs::path(extends.place.file).parent_path() / name).lexically_normal().string(), blame);
}

/// The tree of a file, merged over the tree of the file that it extends. Messages call the file `display` and begin with `blame`, the place
/// that names it.
Node read_tree(Document::Impl& document, const fs::path& file, const std::string& display, const std::string& blame) {
  const std::string text = read_workflow_text(file, display, blame);
  document.files.push_back(file);
  Node own = parse_toml(text, display);
  const Node* extends = own.find("extends");
  if (!extends) return own;
  const Node base = read_base(document, *extends);
  std::erase_if(own.table(), [](const auto& member) { return member.first == "extends"; });
  return merge(base, own);
}

std::vector<fs::path> find_plugin_paths(const Document::Impl& document) {
  std::vector<fs::path> paths;
  const Node* plugins = document.root.find("plugins");
  const Node* path = plugins ? plugins->find("path") : nullptr;
  if (!path) return paths;
  for (const Node& node : path->items()) {
    if (node.is_string()) paths.push_back(document.resolve(node.text(), node.place));
  }
  return paths;
}

}  // namespace

fs::path Document::Impl::resolve(const std::string& path, const Place& place) const {
  const fs::path folder = place.line == 0 ? current : current / fs::path(place.file).parent_path();
  return (folder / path).lexically_normal();
}

const std::vector<fs::path>& Document::plugin_paths() const { return impl_->plugin_paths; }

const std::vector<std::string>& top_level_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all{"name",    "seed",  "matmul_precision", "device",  "threads", "run_dir",
                                 "log_dir", "split", "season_length",    "extends", "plugins", "stages"};
    for (const TableRule& rule : training_table_rules()) all.push_back(rule.name);
    return all;
  }();
  return keys;
}

Document read_workflow(const WorkflowRequest& request) {
  auto document = std::make_shared<Document::Impl>();
  document->current = fs::current_path();
  document->display = request.file.string();
  document->file = (document->current / request.file).lexically_normal();
  document->root = read_tree(*document, document->file, document->display, {});
  apply_overrides(document->root, request.sets, document->mistakes);
  expand_environment(document->root, document->mistakes);
  document->plugin_paths = find_plugin_paths(*document);
  return Document(std::move(document));
}

}  // namespace pipeline
