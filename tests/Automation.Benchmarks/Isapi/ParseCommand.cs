using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.Isapi.Status;

namespace Automation.Benchmarks.Isapi;

/// <summary><c>isapi-parse</c>: from the bytes of a stream to the event an observer gets, on one thread: time, throughput, bytes allocated.</summary>
internal static class ParseCommand
{
    private const string Usage = "usage: isapi-parse [--events 200000] [--rounds 5] [--markdown FILE]";

    public static int Run(ReadOnlySpan<string> arguments, TimeProvider time)
    {
        int events = 200_000, rounds = 5;
        string? markdown = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 100_000_000;
            if (arguments[i] == "--events" && isNumber) events = number;
            else if (arguments[i] == "--rounds" && isNumber) rounds = number;
            else if (arguments[i] == "--markdown" && value.Length > 0) markdown = value;
            else
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }

        var table = new StringBuilder("| alert | bytes | ns an event | events/s | MB/s | allocated bytes an event |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (ParseDocuments.Document document in ParseDocuments.All)
        {
            byte[] wire = document.ToWire();
            Run(wire, 20_000, time);
            (TimeSpan Took, double Bytes) best = Run(wire, events, time);
            for (int round = 1; round < rounds; round++)
            {
                (TimeSpan took, double bytes) = Run(wire, events, time);
                if (took < best.Took) best = (took, bytes);
            }

            double nanoseconds = best.Took.TotalNanoseconds / events;
            table.Append(CultureInfo.InvariantCulture, $"| {document.Name} | {wire.Length:N0} | {nanoseconds:N0} | {1e9 / nanoseconds:N0} | {wire.Length * 1e3 / nanoseconds:N0} | {best.Bytes:N0} |\n");
        }

        Console.Write(table);
        if (markdown is not null) File.WriteAllText(markdown, table.ToString());
        return 0;
    }

    /// <summary>The same part again and again, as one endless stream.</summary>
    private static (TimeSpan Took, double BytesEach) Run(byte[] wire, int events, TimeProvider time)
    {
        var observer = new Counter();
        using var book = new StateBook(observer);
        var limits = new DeviceConnectionLimits { BacklogAge = TimeSpan.FromDays(36_500) };
        var intake = new EventIntake(new DeviceResources(Everything()), limits, observer, book, time, observer.Problem);
        var parts = new AlertParts(new Sink(intake, observer));
        long left = (long)wire.Length * events, at = 0;
        ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            int filled = 0;
            while (filled < buffer.Length && left > 0)
            {
                int from = (int)(at % wire.Length), count = (int)Math.Min(Math.Min(wire.Length - from, buffer.Length - filled), left);
                wire.AsMemory(from, count).CopyTo(buffer[filled..]);
                filled += count;
                at += count;
                left -= count;
            }

            return new(filled);
        }

        var reader = new MultipartReader(Read, "boundary", limits.MaxTextPartBytes, limits.MaxPicturePartBytes);
        long before = GC.GetAllocatedBytesForCurrentThread(), began = time.GetTimestamp();
        ReadAll(reader, parts);
        TimeSpan took = time.GetElapsedTime(began);
        double each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)events;
        if (observer.Events != events || observer.Problems != 0) throw new InvalidOperationException($"{observer.Events} of {events} events came, {observer.Problems} problems: {observer.First}");
        return (took, each);
    }

    private static void ReadAll(MultipartReader reader, AlertParts parts)
    {
        // Every read is complete at once, so nothing here leaves the thread.
        while (true)
        {
            ValueTask<StreamPart?> next = reader.ReadAsync(CancellationToken.None);
            StreamPart? part = next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult();
            if (part is not { } whole) return;
            parts.Take(whole);
        }
    }

    private static Device Everything()
    {
        var address = ResourceAddress.Parse("bench/device");
        return new()
        {
            Address = address, Name = "device", Kind = "security-panel",
            Resources =
            [
                new Resource { Address = address.Resource("channel", 1) }, new Resource { Address = address.Resource("area", 1) },
                new Resource { Address = address.Resource("zone", 0), Area = 1 }, new Resource { Address = address.Resource("door", 1) },
            ],
        };
    }

    private sealed class Sink(EventIntake intake, Counter counter) : IAlertStreamSink
    {
        public void Opened()
        {
            // The stream is there from the beginning.
        }

        public void Received(in Alert alert) => intake.Take(alert, default);

        public void Other(TapeNode document) => counter.Problem(DeviceProblemKind.PartUnreadable, "a document without an alert");

        public void Picture(string contentType, ReadOnlyMemory<byte> bytes) => counter.Problem(DeviceProblemKind.PartUnreadable, "a picture");

        public void Problem(DeviceProblemKind kind, string detail) => counter.Problem(kind, detail);
    }

    private sealed class Counter : IDeviceObserver
    {
        public int Events { get; private set; }

        public int Problems { get; private set; }

        public string? First { get; private set; }

        public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old) => Events++;

        public void StateReported(ResourceAddress resource, DataObject properties, bool initial)
        {
            // States are not what is counted here.
        }

        public void AvailabilityChanged(ResourceAddress device, bool online, string? reason)
        {
            // There is no connection.
        }

        public void ProblemFound(DeviceProblem problem) => Problem(problem.Kind, problem.Detail);

        public void Problem(DeviceProblemKind kind, string detail)
        {
            Problems++;
            First ??= detail;
        }
    }
}
