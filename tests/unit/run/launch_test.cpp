#include "run/launch.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"

using namespace pipeline;

namespace {

Environment with(Environment base, const Environment& changed) {
  for (const auto& [name, value] : changed) base[name] = value;
  return base;
}

Environment without(Environment base, const char* name) {
  base.erase(name);
  return base;
}

std::string mistake_of(const Environment& environment) {
  try {
    static_cast<void>(read_launch(environment));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::usage);
    return error.what();
  }
  return "";
}

/// What torchrun 2.13 sets for the second of two processes.
const Environment torchrun{{"RANK", "1"},
                           {"WORLD_SIZE", "2"},
                           {"LOCAL_RANK", "1"},
                           {"LOCAL_WORLD_SIZE", "2"},
                           {"MASTER_ADDR", "localhost"},
                           {"MASTER_PORT", "41253"},
                           {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                           {"TORCHELASTIC_RESTART_COUNT", "3"}};

/// What srun sets for the third of four tasks.
const Environment slurm{{"SLURM_PROCID", "2"},
                        {"SLURM_NTASKS", "4"},
                        {"SLURM_STEP_NUM_TASKS", "4"},
                        {"SLURM_LOCALID", "0"},
                        {"SLURM_NODELIST", "gpu[07-09]"},
                        {"SLURM_JOB_ID", "1234567"}};

}  // namespace

TEST_CASE("torchrun's variables give rank, store and attempt") {
  const auto launch = read_launch(torchrun);
  REQUIRE(launch);
  CHECK(launch->launcher == "torchrun");
  CHECK(launch->rank == 1);
  CHECK(launch->world == 2);
  CHECK(launch->local_rank == 1);
  CHECK(launch->local_world == 2);
  CHECK(launch->master_address == "localhost");
  CHECK(launch->master_port == 41253);
  CHECK(launch->store_is_served);
  CHECK(launch->attempt == 3);
  CHECK(launch->interface.empty());
  CHECK_FALSE(read_launch(with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "False"}}))->store_is_served);
  CHECK(read_launch(with(torchrun, {{"GLOO_SOCKET_IFNAME", "eth1,eth2"}}))->interface == "eth1");
}

TEST_CASE("a PyTorchJob has no local rank, and its rank 0 serves the store") {
  const auto launch = read_launch({{"RANK", "1"}, {"WORLD_SIZE", "3"}, {"MASTER_ADDR", "job-master-0"}, {"MASTER_PORT", "23456"}});
  REQUIRE(launch);
  CHECK(launch->launcher == "PyTorchJob");
  CHECK(launch->rank == 1);
  CHECK(launch->world == 3);
  CHECK(launch->local_rank == 0);
  CHECK_FALSE(launch->store_is_served);
  CHECK(launch->master_address == "job-master-0");
}

TEST_CASE("Slurm's tasks meet at the first host, at a port of the job") {
  const auto launch = read_launch(slurm);
  REQUIRE(launch);
  CHECK(launch->launcher == "Slurm");
  CHECK(launch->rank == 2);
  CHECK(launch->world == 4);
  CHECK(launch->master_address == "gpu07");
  CHECK(launch->master_port == 19567);
  CHECK_FALSE(launch->store_is_served);
  const auto chosen = read_launch(with(slurm, {{"MASTER_ADDR", "10.0.0.9"}, {"MASTER_PORT", "12345"}}));
  CHECK(chosen->master_address == "10.0.0.9");
  CHECK(chosen->master_port == 12345);
  CHECK(read_launch(with(slurm, {{"SLURM_JOB_ID", "42"}}))->master_port == 15042);
}

TEST_CASE("one process is no launch: an empty environment, a batch script, one task, a world of one") {
  CHECK_FALSE(read_launch({}));
  CHECK_FALSE(read_launch(without(slurm, "SLURM_STEP_NUM_TASKS")));
  CHECK_FALSE(read_launch({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}, {"SLURM_STEP_NUM_TASKS", "1"}}));
  CHECK_FALSE(read_launch(with(torchrun, {{"WORLD_SIZE", "1"}, {"RANK", "0"}})));
}

TEST_CASE("incomplete and wrong variables are refused by name") {
  CHECK(mistake_of(without(torchrun, "RANK")) ==
        "torchrun started several processes, but RANK is not set: set it to the number of this process, from 0, or unset WORLD_SIZE");
  CHECK(mistake_of(without(torchrun, "MASTER_ADDR")) ==
        "torchrun started several processes, but MASTER_ADDR is not set: set it to the host of rank 0");
  CHECK(mistake_of(without(torchrun, "MASTER_PORT")) ==
        "torchrun started several processes, but MASTER_PORT is not set: set it to a free port of that host");
  CHECK(mistake_of(with(torchrun, {{"RANK", "2"}})) == "the variable RANK = \"2\", which torchrun sets, is no integer from 0 to 1");
  CHECK(mistake_of(with(torchrun, {{"MASTER_PORT", "http"}})) ==
        "the variable MASTER_PORT = \"http\", which torchrun sets, is no integer from 1 to 65535");
  CHECK(mistake_of(without(slurm, "SLURM_NODELIST")) ==
        "Slurm started several processes, but SLURM_NODELIST is not set: set MASTER_ADDR to the host of rank 0");
  CHECK(mistake_of(without(slurm, "SLURM_JOB_ID")) ==
        "Slurm started several processes, but SLURM_JOB_ID is not set: set MASTER_PORT to a free port of that host");
  CHECK(mistake_of(without(slurm, "SLURM_PROCID")) ==
        "Slurm started several processes, but SLURM_PROCID is not set: start the program with srun");
  CHECK(mistake_of(with(slurm, {{"SLURM_NTASKS", "8"}})) ==
        "Slurm's variables contradict each other: SLURM_STEP_NUM_TASKS = 4 and SLURM_NTASKS = 8: start the program with srun alone");
}

TEST_CASE("the first host of Slurm's list") {
  CHECK(first_host("node1") == "node1");
  CHECK(first_host("node1,node2") == "node1");
  CHECK(first_host("node[03-05,9],other") == "node03");
  CHECK(first_host("node[7]") == "node7");
  CHECK(first_host("a,b[1-3]") == "a");
  CHECK(first_host("gpu[2,4]-ib,c1") == "gpu2-ib");
}
