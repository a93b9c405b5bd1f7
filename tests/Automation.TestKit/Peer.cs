using System.Diagnostics;

namespace Automation.TestKit;

/// <summary>A program that we did not write and a test needs: skipped by the package's name where it is missing, a failure with <c>CI=true</c>.</summary>
public static class Peer
{
    /// <summary>The full path of the program.</summary>
    public static string Find(string program, string package)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/local/sbin"))
        {
            string path = Path.Combine(folder, program);
            if (File.Exists(path)) return path;
        }

        return Missing<string>(package, program);
    }

    /// <summary>A folder of test data that stands beside the repository; null-safe: skips or fails like a missing program.</summary>
    public static string SharedFolder(params string[] parts)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine([folder.FullName, "shared", .. parts]);
            if (Directory.Exists(path) || File.Exists(path)) return path;
        }

        return Missing<string>("shared/" + string.Join('/', parts), "the folder");
    }

    /// <summary>Starts a peer with its output kept; the test stops it by disposing.</summary>
    public static Process Start(string path, IEnumerable<string> arguments, DataReceivedEventHandler? output = null)
    {
        var info = new ProcessStartInfo(path) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += output;
        process.ErrorDataReceived += output;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static T Missing<T>(string package, string program)
    {
        string message = $"{program} is missing: install {package}";
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail(message);
        Assert.Skip(message);
        throw new InvalidOperationException(message);
    }
}
