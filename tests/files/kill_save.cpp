// Kills a program again and again while it saves: the file must always hold one of the two newest states, and the next
// save must clear away what the killed one left.
//
//     kill_save [ENDING [KILLS]]      of the file: .npz (default) or .safetensors
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>

#include "../../autograd/ops/create.hpp"
#include "../../nn/files/tree.hpp"
#include "temporary.hpp"

using namespace jt;

namespace {

constexpr std::int64_t extent = 30000;

Tree state(std::int64_t k) {
    Tree tree = Tree::dict();
    for (const char* name : {"weight", "momentum", "step"}) tree[name] = full({extent}, k, int64);
    return tree;
}

/// The number of the state in the file, or -1 when it holds none as a whole.
std::int64_t state_in(const std::string& path) {
    const Tree tree = load(path);
    if (tree.size() != 3) return -1;
    const auto k = tree["weight"].as<Var>().data<std::int64_t>()[0];
    for (const auto& [name, value] : tree)
        if (value.as<Var>().to_vector<std::int64_t>() != std::vector<std::int64_t>(extent, k)) return -1;
    return k;
}

/// Saves one state after the other, saying each number before it begins.
[[noreturn]] void save_on(const std::string& path, std::int64_t k, int say) {
    for (;; ++k) {
        if (write(say, &k, sizeof k) != sizeof k) _exit(1);
        save(state(k), path);
    }
}

/// Lets a child save from state k on, kills it, and returns the last state that it began.
std::int64_t kill_one(const std::string& path, std::int64_t k, useconds_t after) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    const pid_t child = fork();
    if (child == 0) save_on(path, k, ends[1]);
    close(ends[1]);
    usleep(after);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::int64_t last = k - 1, said = 0;
    while (read(ends[0], &said, sizeof said) == sizeof said) last = said;
    close(ends[0]);
    return last;
}

}  // namespace

int main(int argc, char** argv) {
    const int kills = argc > 2 ? std::atoi(argv[2]) : 200;
    const test::Folder folder;
    const std::string path = folder / (std::string("state") + (argc > 1 ? argv[1] : ".npz"));
    std::mt19937 random(1);
    std::int64_t found = 0, begun = 0, broken = 0, torn = 0;
    std::size_t most_files = 0;
    save(state(found), path);
    for (int n = 0; n < kills; ++n) {
        const auto first = found + 1;
        const auto last = kill_one(path, first, static_cast<useconds_t>(1000 + random() % 20000));
        found = state_in(path);
        begun += last - first + 1;
        broken += found != last && found != last - 1;
        torn += last >= first && found == last - 1;
        most_files = std::max(most_files, folder.files());
    }
    save(state(found), path);
    const auto files = folder.files();
    std::printf(
        "%d kills, %lld in the middle of a save, %lld saves begun, %lld files broken; at most %zu files, %zu now\n",
        kills, static_cast<long long>(torn), static_cast<long long>(begun), static_cast<long long>(broken), most_files,
        files);
    return broken == 0 && torn > 0 && most_files == 2 && files == 1 ? 0 : 1;
}
