#include "run/launch.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// The variables of one launcher. Errors name the launcher and the variable.
class Variables {
 public:
  Variables(const Environment& all, std::string launcher) : all_(all), launcher_(std::move(launcher)) {}

  [[nodiscard]] std::string text(const char* name) const {
    const auto found = all_.find(name);
    return found == all_.end() ? "" : found->second;
  }
  [[nodiscard]] std::string required(const char* name, const char* cure) const {
    std::string value = text(name);
    if (value.empty()) throw usage_error(launcher_ + " started several processes, but " + name + " is not set: " + cure);
    return value;
  }
  [[nodiscard]] int number(const char* name, int otherwise, int least, int most) const {
    const std::string written = text(name);
    if (written.empty()) return otherwise;
    int value = 0;
    const auto [end, failed] = std::from_chars(written.data(), written.data() + written.size(), value);
    if (failed != std::errc{} || end != written.data() + written.size() || value < least || value > most) {
      throw usage_error("the variable " + std::string(name) + " = \"" + written + "\", which " + launcher_ + " sets, is no integer from " +
                        std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }

 private:
  const Environment& all_;
  std::string launcher_;
};

constexpr int most_ranks = std::numeric_limits<int>::max();
constexpr int most_ports = std::numeric_limits<std::uint16_t>::max();

/// The processes of torchrun and of a PyTorchJob, which sets the same variables but LOCAL_RANK.
std::optional<Launch> by_world_size(const Environment& environment) {
  const bool torchrun = environment.contains("LOCAL_RANK");
  const Variables variables(environment, torchrun ? "torchrun" : "PyTorchJob");
  const int world = variables.number("WORLD_SIZE", 1, 1, most_ranks);
  if (world == 1) return std::nullopt;
  static_cast<void>(variables.required("RANK", "set it to the number of this process, from 0, or unset WORLD_SIZE"));
  Launch launch;
  launch.launcher = torchrun ? "torchrun" : "PyTorchJob";
  launch.world = world;
  launch.rank = variables.number("RANK", 0, 0, world - 1);
  launch.local_rank = variables.number("LOCAL_RANK", 0, 0, most_ranks);
  launch.local_world = variables.number("LOCAL_WORLD_SIZE", 1, 1, world);
  launch.master_address = variables.required("MASTER_ADDR", "set it to the host of rank 0");
  static_cast<void>(variables.required("MASTER_PORT", "set it to a free port of that host"));
  launch.master_port = static_cast<std::uint16_t>(variables.number("MASTER_PORT", 0, 1, most_ports));
  launch.store_is_served = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  launch.attempt = variables.number("TORCHELASTIC_RESTART_COUNT", 0, 0, most_ranks);
  return launch;
}

/// Lightning's rule, so that the jobs of one machine rarely meet: 15000 + the last four digits of the job's number.
int port_of_job(const std::string& job) {
  const std::string digits = job.substr(job.size() - std::min<std::size_t>(job.size(), 4));
  int last = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), last);
  return 15000 + last;
}

/// The tasks of one srun. A batch script has SLURM_NTASKS too, but srun alone sets the number of a step's tasks.
std::optional<Launch> by_slurm(const Environment& environment) {
  const Variables variables(environment, "Slurm");
  const int world = variables.number("SLURM_STEP_NUM_TASKS", 1, 1, most_ranks);
  if (world == 1) return std::nullopt;
  if (const int tasks = variables.number("SLURM_NTASKS", world, 1, most_ranks); tasks != world) {
    throw usage_error("Slurm's variables contradict each other: SLURM_STEP_NUM_TASKS = " + std::to_string(world) +
                      " and SLURM_NTASKS = " + std::to_string(tasks) + ": start the program with srun alone");
  }
  static_cast<void>(variables.required("SLURM_PROCID", "start the program with srun"));
  Launch launch;
  launch.launcher = "Slurm";
  launch.world = world;
  launch.rank = variables.number("SLURM_PROCID", 0, 0, world - 1);
  launch.local_rank = variables.number("SLURM_LOCALID", 0, 0, most_ranks);
  launch.master_address = variables.text("MASTER_ADDR");
  if (launch.master_address.empty())
    launch.master_address = first_host(variables.required("SLURM_NODELIST", "set MASTER_ADDR to the host of rank 0"));
  const int usual = variables.text("MASTER_PORT").empty()
                        ? port_of_job(variables.required("SLURM_JOB_ID", "set MASTER_PORT to a free port of that host"))
                        : 0;
  launch.master_port = static_cast<std::uint16_t>(variables.number("MASTER_PORT", usual, 1, most_ports));
  return launch;
}

}  // namespace

std::optional<Launch> read_launch(const Environment& environment) {
  std::optional<Launch> launch = environment.contains("WORLD_SIZE") ? by_world_size(environment) : by_slurm(environment);
  if (!launch) return launch;
  const std::string interfaces = Variables(environment, launch->launcher).text("GLOO_SOCKET_IFNAME");
  launch->interface = interfaces.substr(0, interfaces.find(','));
  return launch;
}

Environment environment_variables() {
  Environment all;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) all.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return all;
}

std::string first_host(const std::string& node_list) {
  const std::size_t bracket = node_list.find('[');
  const std::size_t comma = node_list.find(',');
  if (bracket == std::string::npos || comma < bracket) return node_list.substr(0, comma);
  const std::size_t number_end = node_list.find_first_of(",-]", bracket);
  const std::size_t after = std::min(node_list.find(']', bracket), node_list.size() - 1) + 1;
  const std::size_t end = std::min(node_list.find(',', after), node_list.size());
  return node_list.substr(0, bracket) + node_list.substr(bracket + 1, number_end - bracket - 1) + node_list.substr(after, end - after);
}

}  // namespace pipeline
