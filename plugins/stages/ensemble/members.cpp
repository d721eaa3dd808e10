#include "members.h"

#include <algorithm>
#include <utility>

#include "network_members.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline::stage::ensemble {

namespace {

bool same_origin(const ForecastOrigin& a, const ForecastOrigin& b) { return a.split == b.split && a.series == b.series && a.row == b.row; }

/// The trained models, without their forecasts, and then those of artifacts "forecasts", in the order of the workflow.
std::vector<Member> all_members(const StageContext& context) {
  std::vector<Member> out;
  for (const Artifact& artifact : context.inputs_of("checkpoint")) out.push_back({.label = artifact.stage, .forecasts = nullptr});
  for (const Artifact& artifact : context.inputs_of("forecasts")) {
    const auto forecasts = Forecasts::open(artifact.folder);
    for (std::size_t i = 0; i < forecasts->models().size(); ++i)
      out.push_back({.label = artifact.stage + "/" + forecasts->models()[i].name, .forecasts = forecasts, .model = i});
  }
  return out;
}

const Member& member_named(std::span<const Member> all, const std::string& name) {
  std::vector<const Member*> found;
  std::vector<std::string> labels;
  for (const Member& member : all) {
    labels.push_back(member.label);
    if (member.label == name || member.label.ends_with("/" + name)) found.push_back(&member);
  }
  if (found.empty()) throw usage_error("no stage before gives forecasts of " + name + suggest(name, labels));
  if (found.size() > 1)
    throw usage_error("several stages give forecasts of " + name + ": write " + found[0]->label + " or " + found[1]->label);
  return *found.front();
}

/// Has a trained model forecast its windows.
void forecast(Member& member, const StageContext& context, std::span<const double> quantiles) {
  for (const Artifact& artifact : context.inputs_of("checkpoint")) {
    if (artifact.stage != member.label) continue;
    NetworkForecasts made = forecast_windows(artifact, quantiles, context.folder / "networks" / member.label, context);
    member.forecasts = std::move(made.forecasts);
    member.checkpoint = std::move(made.checkpoint);
  }
}

}  // namespace

std::vector<Member> read_members(const StageContext& context, const std::vector<std::string>& wanted, std::span<const double> quantiles) {
  const std::vector<Member> all = all_members(context);
  if (all.empty()) throw usage_error("there is nothing to combine: add stages that train or forecast, such as baselines");
  std::vector<Member> out;
  for (const std::string& name : wanted) {
    const Member& member = member_named(all, name);
    if (std::ranges::find(out, member.label, &Member::label) != out.end())
      throw usage_error("models names " + member.label + " twice: a mean counts each member once");
    out.push_back(member);
  }
  if (wanted.empty()) out = all;
  if (out.size() < 2) throw usage_error("an ensemble needs two forecasters or more, and " + out.front().label + " is alone");
  for (Member& member : out) {
    if (!member.forecasts) forecast(member, context, quantiles);
  }
  const Forecasts& first = *out.front().forecasts;
  for (const Member& member : out) {
    const Forecasts& other = *member.forecasts;
    if (other.horizon() != first.horizon() || other.targets() != first.targets() ||
        !std::ranges::equal(other.origins(), first.origins(), same_origin))
      throw usage_error(member.label + " and " + out.front().label +
                        " forecast from other windows: an ensemble takes forecasts of the same windows; choose stages with inputs = { "
                        "forecasts = [...] }");
  }
  return out;
}

std::vector<double> common_levels(std::span<const Member> members) {
  std::vector<double> levels = members.front().levels();
  for (const Member& member : members)
    std::erase_if(levels, [&](double level) { return std::ranges::find(member.levels(), level) == member.levels().end(); });
  return levels;
}

std::vector<std::size_t> places_of(std::span<const double> levels, const Member& member) {
  std::vector<std::size_t> places;
  for (const double level : levels)
    places.push_back(static_cast<std::size_t>(std::ranges::find(member.levels(), level) - member.levels().begin()));
  return places;
}

}  // namespace pipeline::stage::ensemble
