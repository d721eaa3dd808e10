#include "scale/ranks.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace {

/// A port that nobody listens at now.
int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool found = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  if (!found) throw std::runtime_error("no free port");
  return ::ntohs(address.sin_port);
}

}  // namespace

std::vector<std::unique_ptr<Program>> TwoRanks::start(const std::vector<std::string>& more, const std::vector<std::string>& more_of_rank_1,
                                                      const std::vector<std::string>& environment_of_rank_1) const {
  const std::string port = std::to_string(free_port());
  std::vector<std::unique_ptr<Program>> ranks;
  for (int rank = 0; rank < 2; ++rank) {
    std::vector<std::string> words{"run", "workflow.toml", "--until", "train"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<std::string> environment{"RANK=" + std::to_string(rank), "WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port};
    if (rank == 1) {
      words.insert(words.end(), more_of_rank_1.begin(), more_of_rank_1.end());
      environment.insert(environment.end(), environment_of_rank_1.begin(), environment_of_rank_1.end());
    }
    ranks.push_back(std::make_unique<Program>(BUILD_DIR "/bin/pipeline", words, path(), environment));
  }
  return ranks;
}

std::vector<Finished> TwoRanks::train_both(const std::vector<std::string>& more) const { return wait_for(start(more)); }

std::vector<std::string> signal_at(int rank, int step, const std::string& hook, int signal) {
  std::vector<std::string> words;
  for (const std::string& set :
       {"rank=" + std::to_string(rank), "step=" + std::to_string(step), "hook=" + hook, "signal=" + std::to_string(signal)}) {
    words.insert(words.end(), {"--set", "callbacks.KillAt." + set});
  }
  return words;
}

std::vector<Finished> wait_for(std::vector<std::unique_ptr<Program>> ranks) {
  std::vector<Finished> ends;
  for (const std::unique_ptr<Program>& rank : ranks) ends.push_back(rank->wait());
  return ends;
}
