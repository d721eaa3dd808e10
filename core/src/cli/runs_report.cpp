#include "cli/runs_report.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "cli/past_runs.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/data/utf8.h"

namespace pipeline {

namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2127; --quiet: #59616b; --rule: #dfe3e8; --bar: #0072b2; --link: #0062a3; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e7eaee; --quiet: #9ca5b0; --rule: #2c333b; --bar: #56b4e9; --link: #7cc4f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1000px; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2rem) 5rem; }
h1 { margin: 0 0 1rem; font-size: clamp(1.9rem, 5vw, 2.6rem); font-weight: 650; letter-spacing: -0.02em; }
h2 { margin: 3rem 0 1rem; font-size: 1.45rem; font-weight: 650; }
p, li { max-width: 46rem; overflow-wrap: anywhere; }
.lead { font-size: clamp(1.1rem, 2.6vw, 1.3rem); }
.quiet { color: var(--quiet); font-size: 0.9rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.93rem; }
th, td { padding: 0.45rem 1.1rem 0.45rem 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--rule); }
td.wrap { white-space: normal; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; font-size: 0.86rem; }
.number { text-align: right; }
a { color: var(--link); }
.bars { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.35rem 1rem; align-items: center; font-size: 0.93rem; }
.bar { display: flex; align-items: center; gap: 0.5rem; }
.bar i { display: block; height: 1.1rem; background: var(--bar); border-radius: 2px; }
@media (max-width: 520px) { .bars { grid-template-columns: minmax(0, 1fr); } }
)";

std::string cell(std::string_view text, const char* kind = "") {
  return std::string("<td") + (*kind ? std::string(" class=\"") + kind + "\"" : "") + ">" + escape_html(text) + "</td>";
}

std::vector<Value> records_of(const RunComparison& all) {
  std::vector<Value> records;
  for (const ComparedRun& run : all.runs) records.push_back(run.record);
  return records;
}

/// The metrics of the table: those that rank, then those in which the runs compare.
std::vector<std::string> metrics_of(const RunComparison& all) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  std::ranges::for_each(all.ranked_by, add);
  std::ranges::for_each(comparable_metrics(records_of(all)), add);
  return out;
}

/// The run's own report, from the page's folder; empty where later runs have replaced it, or where it has none.
std::string link_of(const ComparedRun& run, const std::filesystem::path& folder) {
  const Value* stages = run.record.find("stages");
  if (!run.is_last || !stages) return {};
  for (const auto& [name, stage] : stages->as_map()) {
    const std::filesystem::path report = run.folder / name / "report.html";
    if (std::filesystem::exists(report)) return report.lexically_relative(folder).generic_string();
  }
  return {};
}

std::string run_table(const RunComparison& all, const std::filesystem::path& folder) {
  const std::vector<std::string> metrics = metrics_of(all);
  const bool has_groups = all.groups.size() > 1;
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr><th class=\"number\">Run</th>";
  if (has_groups) out += "<th>Windows</th>";
  out += "<th>Workflow</th><th>When</th><th>Model</th>";
  for (const std::string& metric : metrics) out += "<th class=\"number\">" + escape_html(metric) + "</th>";
  out += "<th>Report</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    const ComparedRun& run = all.runs[i];
    const Value results = results_of(run.record);
    out += "<tr>" + cell(std::to_string(i + 1), "number");
    if (has_groups) out += cell(run.group);
    out += cell(run.workflow) + cell(run.record.at("when").as_string()) + cell(model_cell(run.record));
    for (const std::string& metric : metrics) out += cell(number_cell(results, metric), "number");
    const std::string link = link_of(run, folder);
    out += link.empty() ? cell("") : "<td><a href=\"" + escape_html(link) + "\">report</a></td>";
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table></div>\n";
}

std::string difference_table(const RunComparison& all) {
  const std::vector<std::string> options = differing_options(records_of(all));
  if (options.empty()) return {};
  std::string out =
      "<h2>What differs</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Option</th><th>Value in each run</th></tr></thead>\n<tbody>\n";
  for (const std::string& option : options) {
    std::string values;
    for (std::size_t i = 0; i < all.runs.size(); ++i)
      values += (i > 0 ? ", " : "") + std::to_string(i + 1) + ": " + option_cell(all.runs[i].record, option);
    out += "<tr>" + cell(option) + cell(values, "wrap") + "</tr>\n";
  }
  return out + "</tbody>\n</table></div>\n";
}

std::optional<double> number_of(const ComparedRun& run, const std::string& name) {
  const Value results = results_of(run.record);
  const Value* value = results.find(name);
  return value && value->is_number() && std::isfinite(value->as_double()) ? std::optional(value->as_double()) : std::nullopt;
}

/// The first metric that compares the runs of one group as bars.
std::string bars_of(const RunComparison& all, const std::string& group) {
  const std::vector<std::string> headlines = comparable_metrics(records_of(all));
  const auto measured = std::ranges::find_if(headlines, [&](const std::string& name) {
    return std::ranges::any_of(all.runs, [&](const ComparedRun& run) { return run.group == group && number_of(run, name).has_value(); });
  });
  if (measured == headlines.end()) return {};
  double highest = 0;
  for (const ComparedRun& run : all.runs) {
    if (run.group == group) highest = std::max(highest, number_of(run, *measured).value_or(0));
  }
  if (!(highest > 0)) return {};
  std::string out =
      "<h2>" + escape_html(*measured) + (all.groups.size() > 1 ? ", windows " + group : std::string()) + "</h2>\n<div class=\"bars\">\n";
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    const std::optional<double> value = all.runs[i].group == group ? number_of(all.runs[i], *measured) : std::nullopt;
    if (!value || *value < 0) continue;
    constexpr double widest = 80;  // percent; the number stands beside it
    out += "<span>" + escape_html(std::to_string(i + 1) + ": " + all.runs[i].workflow + ", " + model_cell(all.runs[i].record)) +
           "</span><span class=\"bar\"><i style=\"width: " + format_number(std::round(10 * widest * *value / highest) / 10) + "%\"></i>" +
           format_short(*value) + "</span>\n";
  }
  return out + "</div>\n";
}

std::string lead(const RunComparison& all) {
  const ComparedRun& best = all.runs.front();
  const std::string measure = all.ranked_by.front();
  if (measure.empty()) return "The runs have no measure in common by which they could be ranked.";
  const std::string among = all.groups.size() > 1 ? " among those measured on the same windows (" + best.group + ")" : "";
  return best.workflow + " has the best validation" + among + ": " + measure + " " + number_cell(results_of(best.record), measure) +
         ", by " + model_cell(best.record) + ".";
}

}  // namespace

std::vector<std::string> sentences(const RunComparison& all) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < all.groups.size(); ++i) {
    const std::string of = all.groups.size() > 1 ? "windows " + all.groups[i] + ": " : "";
    if (all.groups[i] == "?") {
      out.push_back(of + "these runs do not tell what they were measured on: run them again to compare them");
    } else {
      out.push_back(of + (all.ranked_by[i].empty() ? "in the order of time, as no measure of validation is common to all"
                                                   : "ranked by " + all.ranked_by[i]));
    }
  }
  if (all.groups.size() > 1)
    out.emplace_back("runs of different letters were not measured on the same data and origins: compare numbers within a letter only");
  for (const std::string& name : all.absent) out.push_back(name + " has no run that measured anything: it is not compared");
  if (all.not_measured > 0)
    out.push_back("left out: " + std::to_string(all.not_measured) + (all.not_measured == 1 ? " run that" : " runs that") +
                  " measured nothing");
  if (all.did_nothing > 0)
    out.push_back("left out: " + std::to_string(all.did_nothing) + (all.did_nothing == 1 ? " run that" : " runs that") +
                  " found everything up to date");
  return out;
}

std::string runs_page(const RunComparison& all, const std::filesystem::path& folder) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>Runs compared</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>";
  out += style;
  out += "</style>\n</head>\n<body>\n<main>\n<h1>Runs compared</h1>\n<p class=\"lead\">" + escape_html(lead(all)) + "</p>\n";
  out += run_table(all, folder);
  for (const std::string& sentence : sentences(all)) out += "<p class=\"quiet\">" + escape_html(sentence) + ".</p>\n";
  for (const std::string& group : all.groups) {
    if (group != "?") out += bars_of(all, group);
  }
  return out + difference_table(all) + "</main>\n</body>\n</html>\n";
}

}  // namespace pipeline
