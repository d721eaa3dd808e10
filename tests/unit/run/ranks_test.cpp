#include "run/ranks.h"

#include <doctest/doctest.h>

#include <atomic>

#include "pipeline/errors.h"
#include "support/recording_log.h"

using namespace pipeline;

namespace {

class Nothing final : public Stage {
 public:
  using Options = NoOptions;
  explicit Nothing(Options) {}
  void run(StageContext&) override {}
};

/// A collective that is made and never used.
class Unused : public Collective {
 public:
  using Options = NoOptions;
  Unused(Options, const CollectiveContext& context) : launch_(context.launch) {}
  [[nodiscard]] int rank() const override { return launch_.rank; }
  [[nodiscard]] int world() const override { return launch_.world; }
  [[nodiscard]] int local_rank() const override { return launch_.local_rank; }
  void broadcast(std::span<at::Tensor>, int) override {}
  void all_reduce(std::span<at::Tensor>) override {}
  void all_gather(const at::Tensor&, at::Tensor&) override {}
  [[nodiscard]] std::vector<Value> all_gather(const Value& value) override { return {value, differing}; }
  [[nodiscard]] Value share(const Value& value) override { return value; }
  void barrier() override {}

  Value differing = "";  ///< what rank 1 says

 private:
  Launch launch_;
};

struct RanksFixture {
  RanksFixture() {
    workflow.stages.resize(2);
    workflow.stages[0].name = workflow.stages[0].type = "reads";
    workflow.stages[1].name = workflow.stages[1].type = "trains";
    Registrar registrar;
    registrar.add<Stage, Nothing>("reads", "For tests.");
    registrar.add<Stage, Nothing>("trains", "For tests.").on_every_rank();
    registry.commit(std::move(registrar.entries()));
  }
  void add_collective(const char* name) {
    Registrar registrar;
    registrar.add<Collective, Unused>(name, "For tests.");
    registry.commit(std::move(registrar.entries()));
  }
  [[nodiscard]] Component<Collective> join(const std::set<std::string>& selected = {"reads", "trains"}) {
    const RunServices services{.log = log, .cancel = cancel, .launch = launch};
    return join_ranks(workflow, selected, registry, services);
  }

  Workflow workflow;
  Registry registry;
  testing::RecordingLog log;
  std::atomic<int> cancel = 0;
  std::optional<Launch> launch = Launch{.launcher = "torchrun", .rank = 1, .world = 2, .master_address = "localhost"};
};

}  // namespace

TEST_CASE_FIXTURE(RanksFixture, "processes join where a launcher started several and a selected stage runs on all of them") {
  add_collective("C10d");
  const Component<Collective> ranks = join();
  REQUIRE(ranks);
  CHECK(ranks->rank() == 1);
  CHECK(ranks->world() == 2);
  CHECK_FALSE(join({"reads"}));
  launch.reset();
  CHECK_FALSE(join());
}

TEST_CASE_FIXTURE(RanksFixture, "without a collective, or with several, the sentence says what to do") {
  CHECK_THROWS_WITH_AS(static_cast<void>(join()),
                       "torchrun started 2 processes, and no plugin lets them train together: build pipeline where gloo's headers are "
                       "(Debian's libgloo-dev), or start one process",
                       Error);
  add_collective("C10d");
  add_collective("Mpi");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(join()),
      "torchrun started 2 processes, and several plugins let them train together: choose one, [collective] type = \"C10d\"", Error);
  workflow.stages[1].tables.one("collective") = {"Mpi", Value::Map{}};
  CHECK(join());
}

TEST_CASE_FIXTURE(RanksFixture, "a rank with another key is named with the difference") {
  Unused ranks({}, {.launch = *launch, .cancel = cancel, .log = log});
  const std::map<std::string, std::string> key{{"threads", "2"}};
  CHECK_NOTHROW(require_same_key(ranks, key, key));
  ranks.differing = "threads changed from 2 to 4";
  CHECK_THROWS_WITH_AS(require_same_key(ranks, key, key),
                       "rank 1 would compute something else than rank 0 does: threads changed from 2 to 4. Give all processes the same "
                       "workflow, files, program and kind of processor, and set `threads`",
                       Error);
}
