#include <iostream>

#include "rows.hpp"

namespace {

const Row* find(const Rows& rows, const std::string& name) {
    for (const Row& row : rows)
        if (row.name == name) return &row;
    return nullptr;
}

double microseconds(const Row& row, clockid_t clock) {
    Timer timer(clock);
    row.run(timer);
    return timer.microseconds();
}

}  // namespace

int serve(const Rows& rows, const std::string& clock) {
    for (const Row& row : rows) std::cout << row.name << '\n';
    std::cout << std::endl;
    for (std::string name; std::getline(std::cin, name);) {
        const Row* row = find(rows, name);
        if (!row) return std::cerr << "bench: no row '" << name << "'\n", 1;
        std::cout << microseconds(*row, clock == "wall" ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID) << std::endl;
    }
    return 0;
}
