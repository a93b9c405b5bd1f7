using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Automation.TestKit;

/// <summary>Waiting for a condition, never for a time: the limit is only there so that a defect does not hang the run.</summary>
public static class Until
{
    /// <summary>Far above what a loaded machine needs; reaching it is a failure, not a measurement.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task True(Func<bool> condition, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Limit) throw new TimeoutException($"After {Limit.TotalSeconds:0} s still not: {text}{(state is null ? "" : "; " + state())}");
            await Task.Delay(5);
        }
    }

    /// <summary>Awaits with the same limit.</summary>
    public static Task<T> Done<T>(Task<T> task) => task.WaitAsync(Limit);

    public static Task Done(Task task) => task.WaitAsync(Limit);
}
