// A copy of the dataset that DataLoader gives back.
// Says: deleted
#include <minijt/dataset.hpp>
#include <minijt/minijt.hpp>

using namespace jt;

struct Numbers : dataset::Dataset<int> {
    std::int64_t size() const override { return 3; }
    std::tuple<int> item(std::int64_t k) const override { return {static_cast<int>(k)}; }
};

int main() {
    Numbers data;
#if defined(OK)
    auto& loader = dataset::DataLoader(data, {.batch_size = 2});
#else
    auto loader = dataset::DataLoader(data, {.batch_size = 2});
#endif
    for (auto [x] : loader) break;
}
