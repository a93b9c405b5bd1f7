using System.Collections.Immutable;
using System.Globalization;

namespace Automation.Core.Model;

/// <summary>What a PTZ camera does in a span of a day (SCH-4).</summary>
/// <param name="Task">One of <see cref="PtzTasks.Words"/>.</param>
/// <param name="Number">Of the patrol, pattern, preset or auxiliary output; 0 for the others.</param>
public readonly record struct PtzTask(int StartMinute, int EndMinute, string Task, int Number)
{
    public string Start => DaySpan.Time(StartMinute);

    public string End => DaySpan.Time(EndMinute);
}

/// <summary>The time tasks of one day in one text: <c>08:00-12:00 patrol 1, 12:00-18:00 preset 3, 20:00-22:00 auxOutput 1</c> (003 §8.13.35).</summary>
public static class PtzTasks
{
    /// <summary>003 §8.13.35: up to ten time spans and ten tasks a day.</summary>
    public const int MaxPerDay = 10;

    /// <summary>Tasks that need a number, and those that do not.</summary>
    private static readonly string[] Numbered = ["patrol", "pattern", "preset", "auxOutput"];

    private static readonly string[] Unnumbered = ["autoScan", "frameScan", "randomScan", "panoramaScan", "tiltScan"];

    public static ImmutableArray<string> Words { get; } = [.. Numbered, .. Unnumbered];

    /// <summary>What is wrong and what to write; null when it can be read.</summary>
    public static string? Problem(string text)
    {
        Parse(text, out string? problem);
        return problem;
    }

    /// <summary>The tasks by their start; <c>none</c> is no tasks.</summary>
    /// <param name="problem">What is wrong and what to write; null when it was read.</param>
    public static ImmutableArray<PtzTask> Parse(string text, out string? problem)
    {
        problem = null;
        if (text == "none") return [];
        var tasks = new List<PtzTask>();
        foreach (string entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] words = entry.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is < 2 or > 3 || WeekSpans.SpanOf(words[0]) is not { } span || !Words.Contains(words[1]))
            {
                problem = $"'{entry}' is no task: write 08:00-12:00 and one of {string.Join(", ", Words)}, with its number";
                return [];
            }

            int number = 0;
            bool numbered = Numbered.Contains(words[1]);
            if (numbered != (words.Length == 3) || (numbered && !(int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 300)))
            {
                problem = numbered ? $"'{entry}' needs a number from 1 to 300: write {words[0]} {words[1]} 1" : $"'{entry}' takes no number";
                return [];
            }

            tasks.Add(new PtzTask(span.Start, span.End, words[1], number));
        }

        tasks.Sort((a, b) => a.StartMinute.CompareTo(b.StartMinute));
        if (tasks.Count > MaxPerDay) problem = $"a day has {tasks.Count} tasks: write at most {MaxPerDay}";
        for (int i = 1; i < tasks.Count; i++)
        {
            if (tasks[i].StartMinute < tasks[i - 1].EndMinute) problem = $"the tasks from {tasks[i - 1].Start} and {tasks[i].Start} overlap";
        }

        return problem is null ? [.. tasks] : [];
    }
}
