using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Automation.Host.Cli;

/// <summary>Log lines for a terminal and for a service's journal: time, level, part, message, one line each.</summary>
internal static class Logging
{
    private const string Format = "automation";

    public static ILoggerFactory Create(LogLevel level, TimeProvider time) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning).AddConsole(console => console.FormatterName = Format);
        logging.Services.AddSingleton(time);
        logging.AddConsoleFormatter<PlainFormatter, ConsoleFormatterOptions>();
    });

    private sealed class PlainFormatter(TimeProvider time) : ConsoleFormatter(Format)
    {
        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            string level = logEntry.LogLevel switch { LogLevel.Trace or LogLevel.Debug => "debug", LogLevel.Information => "info ", LogLevel.Warning => "warn ", _ => "error" };

            // The last word of the category: the site, or the part of the program.
            string category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
            textWriter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss} {level} {category}: {logEntry.Formatter(logEntry.State, null)}"));
            if (logEntry.Exception is { } exception) textWriter.WriteLine(exception.ToString());
        }
    }
}
