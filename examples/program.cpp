// The command line by CLI11.
#include "program.hpp"

#include <CLI/CLI.hpp>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace {

/// In Jittor's random stream the seeds 0 and 1 are one.
void add_options(CLI::App& app, Program& program) {
    app.add_option("--" + program.unit, program.steps, "how long to train")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000000));
    app.add_option("--seed", program.seed, "of all that is random")
        ->capture_default_str()
        ->check(CLI::Range(1, 2147483647));
    app.add_option("--svg", program.svg, "where to draw the picture")->capture_default_str();
    if (!program.data_about.empty()) app.add_option("--data", program.data, program.data_about);
    app.add_option("--save", program.save_path, "keep the training in this .npz file");
    app.add_option("--resume", program.resume_path, "go on with the training that such a file keeps");
}

}  // namespace

void Program::resume(jt::nn::Checkpoint& checkpoint) const {
    if (!resume_path.empty()) checkpoint.load(resume_path);
}

void Program::save(const jt::nn::Checkpoint& checkpoint) const {
    if (!save_path.empty()) checkpoint.save(save_path);
}

std::string text(const char* format, ...) {
    char buffer[200];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return buffer;
}

int run(Program program, int argc, char** argv, const std::function<void(const Program&)>& body) {
    program.svg = BUILD_FOLDER "/" + program.name + ".svg";
    CLI::App app(program.about);
    add_options(app, program);
    try {
        app.parse(argc, argv);
        jt::set_global_seed(program.seed);
        body(program);
        std::cout << "wrote " << std::filesystem::absolute(program.svg).string() << '\n';
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << program.name << ": " << error.what() << '\n';
        return 1;
    }
}
